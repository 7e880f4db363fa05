package io.shardwright;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.shardwright.balance.BalanceReconciler;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.clickhouse.TableGate;
import io.shardwright.cluster.ClusterReconciler;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.ShardStatus;
import io.shardwright.importjob.ImportJobReconciler;
import io.shardwright.keeper.CuratorKeeper;
import io.shardwright.keeper.FourLetterWords;
import io.shardwright.keeper.UsableRoots;
import io.shardwright.kube.ApiServerHostWriter;
import io.shardwright.kube.ApiServerWriter;
import io.shardwright.observability.EventJournal;
import io.shardwright.observability.EventPublisher;
import io.shardwright.observability.Fleet;
import io.shardwright.observability.HttpEndpoint;
import io.shardwright.observability.ReconcileMetrics;
import io.shardwright.rebalance.RebalanceReconciler;
import io.shardwright.replacement.ReplacementReconciler;
import io.shardwright.scaling.ScalingReconciler;
import io.shardwright.shard.ShardReconciler;
import io.shardwright.table.TableReconciler;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the operator together, starts it and stops it. */
public final class OperatorProcess implements AutoCloseable {
    /** Whoever holds it acts. */
    public static final String LEASE = "shardwright-operator";

    private static final Logger LOG = LoggerFactory.getLogger(OperatorProcess.class);
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(10);
    private static final Duration KEEPER_TIMEOUT = Duration.ofSeconds(3);

    /** For passes that are under way when the operator is told to end: most take less than a second. */
    private static final Duration ENDING = Duration.ofSeconds(5);

    /** What no watch tells, e.g. of an object that was deleted in the moment it was made, is seen by then. */
    private static final Duration AT_LEAST_EVERY = Duration.ofMinutes(10);

    private final OperatorSettings settings;
    private final KubernetesClient client;
    private final Fleet fleet;
    private final HttpServers servers;
    private final OperatorCredentials credentials;
    private final EventPublisher events;
    private final Passes passes = new Passes();
    private final Operator operator;
    private final HttpEndpoint http;
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile boolean leading;

    public OperatorProcess(
            OperatorSettings settings, KubernetesClient client, PrometheusMeterRegistry meters, Clock clock) {
        this.settings = settings;
        this.client = client;
        this.fleet = new Fleet(meters);
        this.credentials = new OperatorCredentials(client, settings.namespaces());
        this.servers = new HttpServers(credentials, LONGEST_STATEMENT, meters);
        this.events = new EventPublisher(client, clock);
        this.operator = new Operator(configuration -> configure(configuration, client, meters));
        this.http = new HttpEndpoint(settings.httpPort(), () -> started, fleet, meters);
        var journal = new EventJournal(events, meters);
        var writer = new ApiServerWriter(client);
        var keeper = new CuratorKeeper(KEEPER_TIMEOUT);
        var roots = new UsableRoots();
        register(
                new ClusterReconciler(
                        client,
                        writer,
                        keeper,
                        roots,
                        address -> FourLetterWords.isServing(address, Coordination.CLIENT_PORT),
                        journal,
                        settings.dnsDomain(),
                        clock),
                cluster -> new Fleet.State(
                        cluster.getStatus().conditions(), cluster.getStatus().allHolds()));
        register(new ScalingReconciler(client, servers, writer, keeper, journal, settings.dnsDomain(), clock));
        var sizes = new LatestSizes();
        register(new BalanceReconciler(sizes, writer, journal, settings.dnsDomain(), clock));
        register(
                new ShardReconciler(servers, writer, sizes, journal, settings.dnsDomain(), clock),
                shard -> new Fleet.State(shard.getStatus().conditions(), holdsOf(shard.getStatus())));
        register(new ReplacementReconciler(
                client,
                servers,
                address -> servers.isUp(address, Host.HTTP_PORT),
                roots::contains,
                new ApiServerHostWriter(client, clock),
                keeper,
                journal,
                settings.dnsDomain(),
                clock));
        register(
                new TableReconciler(servers, journal, settings.dnsDomain(), clock),
                table -> new Fleet.State(
                        table.getStatus().conditions(), table.getStatus().holds()));
        var gate = new TableGate();
        register(
                new ImportJobReconciler(
                        servers, writer, gate, journal, settings.dnsDomain(), settings.workerImage(), clock),
                job -> new Fleet.State(
                        job.getStatus().conditions(), job.getStatus().holds()));
        register(
                new RebalanceReconciler(servers, gate, journal, settings.dnsDomain(), clock),
                rebalance -> new Fleet.State(
                        rebalance.getStatus().conditions(),
                        rebalance.getStatus().holds()));
    }

    /** Returns when the caches are filled. */
    public void start() {
        operator.start();
        started = true;
        LOG.atInfo().addKeyValue("port", http.port()).log("operator started");
    }

    /** Whether this process is the one that acts. */
    public boolean isLeading() {
        return started && (settings.candidate().isEmpty() || leading);
    }

    /** Where health and metrics are told. */
    public int httpPort() {
        return http.port();
    }

    @Override
    public void close() {
        stopping = true;
        passes.end(ENDING);
        operator.stop();
        settings.candidate().ifPresent(this::giveLeaseBack);
        servers.close();
        credentials.close();
        events.close();
        http.close();
        client.close();
    }

    /** The framework lets it run out; given back, another process leads at once instead of after 15 s. */
    private void giveLeaseBack(OperatorSettings.Candidate candidate) {
        try {
            client.leases().inNamespace(candidate.namespace()).withName(LEASE).edit(lease -> {
                if (candidate.identity().equals(lease.getSpec().getHolderIdentity())) {
                    lease.getSpec().setHolderIdentity("");
                }
                return lease;
            });
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("why", e.getMessage()).log("Lease not given back");
        }
    }

    private void configure(
            ConfigurationServiceOverrider configuration, KubernetesClient client, PrometheusMeterRegistry meters) {
        configuration
                .withKubernetesClient(client)
                .withMetrics(new ReconcileMetrics(meters))
                // The Lease is given back through it while the operator stops.
                .withCloseClientOnStop(false)
                .withExecutorService(passes.executor());
        settings.candidate()
                .ifPresent(candidate -> configuration.withLeaderElectionConfiguration(leaderElection(candidate)));
    }

    /** Whoever stops to lead ends at once: another may lead already. Ending it from a shutdown hook would wait for itself. */
    private LeaderElectionConfiguration leaderElection(OperatorSettings.Candidate candidate) {
        var callbacks = new LeaderCallbacks(
                () -> {
                    leading = true;
                    LOG.info("leading");
                },
                () -> {
                    leading = false;
                    if (!stopping) {
                        LOG.warn("no longer leading");
                        Runtime.getRuntime().halt(1);
                    }
                },
                leader -> LOG.atInfo().addKeyValue("leader", leader).log("leader elected"));
        return new LeaderElectionConfiguration(
                LEASE,
                candidate.namespace(),
                LeaderElectionConfiguration.LEASE_DURATION_DEFAULT_VALUE,
                LeaderElectionConfiguration.RENEW_DEADLINE_DEFAULT_VALUE,
                LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
                candidate.identity(),
                callbacks,
                false);
    }

    private <S, R extends CustomResource<?, S>> void register(
            Reconciler<R> reconciler, Function<R, Fleet.State> stateOf) {
        if (register(reconciler) instanceof Controller<R> controller) {
            fleet.add(controller.getConfiguration().getResourceClass().getSimpleName(), () -> controller
                    .getEventSourceManager()
                    .getControllerEventSource()
                    .list()
                    .map(resource ->
                            resource.getStatus() == null ? new Fleet.State(null, null) : stateOf.apply(resource)));
        }
    }

    private <R extends HasMetadata> RegisteredController<R> register(Reconciler<R> reconciler) {
        return operator.register(reconciler, overrider -> {
            overrider.withRetry(untilItWorks()).withReconciliationMaxInterval(AT_LEAST_EVERY);
            if (!settings.namespaces().isEmpty()) {
                overrider.settingNamespaces(settings.namespaces());
            }
        });
    }

    /** A Shard's status has two writers. */
    private static List<HoldStatus> holdsOf(ShardStatus status) {
        return Stream.of(
                        Optional.ofNullable(status.holds()),
                        Optional.ofNullable(status.replacement()).map(ReplacementStatus::holds))
                .flatMap(Optional::stream)
                .flatMap(List::stream)
                .toList();
    }

    private static GenericRetry untilItWorks() {
        return new GenericRetry()
                .setInitialInterval(500)
                .setIntervalMultiplier(1.5)
                .setMaxInterval(60_000)
                .setMaxAttempts(-1);
    }
}
