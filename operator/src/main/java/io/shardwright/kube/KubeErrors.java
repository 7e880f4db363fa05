package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a refusal of the API server means. */
public final class KubeErrors {
    private static final String NAMESPACE_TERMINATING = "NamespaceTerminating";
    private static final String CONFLICT = "Conflict";
    private static final int TOO_MANY_REQUESTS = 429;

    /** 4xx codes after which the same request may succeed later; after any other the request itself is wrong. */
    private static final Set<Integer> PASSING = Set.of(
            HttpURLConnection.HTTP_NOT_FOUND,
            HttpURLConnection.HTTP_CLIENT_TIMEOUT,
            HttpURLConnection.HTTP_CONFLICT,
            TOO_MANY_REQUESTS);

    private KubeErrors() {}

    /** The outcome of an action that the API server did not take. */
    public static <A extends Action> Outcome<A> outcomeOf(A action, KubernetesClientException e) {
        if (isNamespaceGoing(e)) {
            return new Outcome.Moot<>(action);
        }
        return isOutdated(e)
                ? new Outcome.Overtaken<>(action)
                : new Outcome.Failed<>(action, messageOf(e), isRetryable(e));
    }

    /** True when the resource itself is what the API server did not find, or all of its namespace: it was deleted meanwhile. */
    static boolean isGone(HasMetadata resource, KubernetesClientException e) {
        return isNotFound(e, details -> resource.getMetadata().getName().equals(details.getName()))
                || isNotFound(e, KubeErrors::isNamespace);
    }

    /** A namespace that is being deleted takes nothing new; what is in it may not have been told yet that it goes. */
    private static boolean isNamespaceGoing(KubernetesClientException e) {
        boolean takesNothing = e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                && details(e).map(StatusDetails::getCauses).stream()
                        .flatMap(List::stream)
                        .anyMatch(cause -> NAMESPACE_TERMINATING.equals(cause.getReason()));
        return takesNothing || isNotFound(e, KubeErrors::isNamespace);
    }

    /** The object is not the one, or not in the version, that the request was meant for. Conflicts of owners have causes. */
    private static boolean isOutdated(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT
                && e.getStatus() != null
                && CONFLICT.equals(e.getStatus().getReason())
                && details(e)
                        .map(StatusDetails::getCauses)
                        .filter(causes -> !causes.isEmpty())
                        .isEmpty();
    }

    private static boolean isNotFound(KubernetesClientException e, Predicate<StatusDetails> what) {
        return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                && details(e).filter(what).isPresent();
    }

    private static boolean isNamespace(StatusDetails details) {
        return "namespaces".equals(details.getKind());
    }

    private static Optional<StatusDetails> details(KubernetesClientException e) {
        return Optional.ofNullable(e.getStatus()).map(Status::getDetails);
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
