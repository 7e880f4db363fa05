package io.shardwright;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Random;

/** What the architecture promises, checked: pure decisions, features that know nothing of each other, libraries kept behind ports. */
@AnalyzeClasses(packages = "io.shardwright", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final List<String> FEATURES =
            List.of("cluster", "shard", "table", "importjob", "replacement", "scaling", "rebalance", "balance");

    private static final DescribedPredicate<JavaClass> PURE = DescribedPredicate.describe(
            "pure",
            type -> type.getSimpleName()
                            .matches(
                                    ".*(Intent|Observed|Action|Planner|Parser|Resources|Projection|Conditions|Sql|Xml)$")
                    || type.getPackageName().equals("io.shardwright.plan")
                            && !type.getName().startsWith("io.shardwright.plan.ActionRunner")
                    || type.getPackageName().equals("io.shardwright.topology")
                    || type.getPackageName().equals("io.shardwright.serverconfig"));

    private static final DescribedPredicate<JavaClass> SHELL = DescribedPredicate.describe(
            "clients, frameworks, logs",
            type -> type.getName().equals("io.fabric8.kubernetes.client.KubernetesClient")
                    || resideInAnyPackage(
                                    "io.javaoperatorsdk..",
                                    "java.sql..",
                                    "java.net.http..",
                                    "com.clickhouse..",
                                    "org.apache.curator..",
                                    "org.slf4j..",
                                    "io.micrometer..")
                            .test(type));

    @ArchTest
    static final ArchRule decisionsKnowNoClient =
            noClasses().that(PURE).should().dependOnClassesThat(SHELL);

    @ArchTest
    static final ArchRule decisionsKnowNoClock = noClasses()
            .that(PURE)
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule decisionsReadNoEnvironment = noClasses()
            .that(PURE)
            .should()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class);

    @ArchTest
    static final ArchRule featuresDoNotKnowEachOther = slices().matching("io.shardwright.(*)..")
            .that(DescribedPredicate.describe("features", slice -> FEATURES.contains(slice.getNamePart(1))))
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.shardwright.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyOnePackageKnowsTheClickHouseClient = noClasses()
            .that(resideOutsideOfPackages("io.shardwright.clickhouse.."))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.clickhouse..");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsCurator = noClasses()
            .that(resideOutsideOfPackages("io.shardwright.keeper.."))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.curator..");

    @ArchTest
    static final ArchRule noGrabBags = classes()
            .should()
            .haveNameNotMatching(".*\\.(Abstract|Base)[A-Z][A-Za-z]*|.*(Utils|Util|Helper|Manager|Impl)$");

    private ArchitectureTest() {}
}
