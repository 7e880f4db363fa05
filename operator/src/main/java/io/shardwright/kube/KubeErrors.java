package io.shardwright.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import java.net.HttpURLConnection;
import java.util.Set;

/** What a refusal of the API server means. */
public final class KubeErrors {
    private static final int TOO_MANY_REQUESTS = 429;

    /** 4xx codes after which the same request may succeed later; after any other the request itself is wrong. */
    private static final Set<Integer> PASSING = Set.of(
            HttpURLConnection.HTTP_NOT_FOUND,
            HttpURLConnection.HTTP_CLIENT_TIMEOUT,
            HttpURLConnection.HTTP_CONFLICT,
            TOO_MANY_REQUESTS);

    private KubeErrors() {}

    /** The outcome of an action that the API server did not take. */
    public static <A extends Action> Outcome<A> failed(A action, KubernetesClientException e) {
        return new Outcome.Failed<>(action, messageOf(e), isRetryable(e));
    }

    /** The API server's own words where it spoke, without the client's wrapping. */
    static String messageOf(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
    }

    static boolean isRetryable(KubernetesClientException e) {
        boolean isRefusal = e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST
                && e.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR;
        return !isRefusal || PASSING.contains(e.getCode());
    }
}
