package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test class a {@link Sandbox} in the first cluster that is to be had, with the operator installed, and the
 * {@link OperatorPod}. What stands there is written to target/e2e when a test fails. At the end of each class the namespace
 * must go, and the operator must not have ended by itself.
 */
public final class EndToEnd
        implements AfterAllCallback,
                ParameterResolver,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {
    private static final Path LOCK = Repository.path("e2e/target/installing.lock");
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(EndToEnd.class);

    /** What all classes share. */
    private record Installed(KubernetesClient client, OperatorPod operator) implements AutoCloseable {
        /** One process at a time: Helm refuses to install what another is installing. */
        static Installed now() {
            try (var file = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = file.lock()) {
                var cluster = TestCluster.find();
                var client = cluster.client();
                var operator = OperatorInstallation.on(cluster, client);
                System.out.println("e2e: on " + cluster.provider() + ", " + client.getMasterUrl());
                return new Installed(client, operator);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            client.close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        var sandbox = sandbox(context);
        try {
            sandbox.close();
        } catch (RuntimeException e) {
            dump(context);
            throw new AssertionError("the namespace " + sandbox.namespace() + " does not go", e);
        }
        installed(context).operator().assertNeverRestarted();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == Sandbox.class || type == OperatorPod.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Sandbox.class
                ? sandbox(context)
                : installed(context).operator();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        dump(context);
        throw failure;
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        dump(context);
        throw failure;
    }

    private static void dump(ExtensionContext context) {
        Dump.write(
                context.getDisplayName(), sandbox(context), installed(context).operator());
    }

    /** Made when first asked for, which is when the test class is instantiated. */
    private static Sandbox sandbox(ExtensionContext context) {
        return context.getStore(STORE)
                .computeIfAbsent(
                        Sandbox.class,
                        key -> new Sandbox(installed(context).client(), namespaceOf(context.getRequiredTestClass())),
                        Sandbox.class);
    }

    private static String namespaceOf(Class<?> test) {
        var name = test.getSimpleName().replaceFirst("E2E$", "").toLowerCase(Locale.ROOT);
        return "e2e-" + name + "-" + UUID.randomUUID().toString().substring(0, 5);
    }

    private static Installed installed(ExtensionContext context) {
        return context.getRoot()
                .getStore(STORE)
                .computeIfAbsent(Installed.class, key -> Installed.now(), Installed.class);
    }
}
