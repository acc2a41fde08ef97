package org.kmemlab.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Who may use whom. Maven forbids the modules to reach upward; these rules hold inside them.
@AnalyzeClasses(packages = "org.kmemlab", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final DescribedPredicate<JavaClass> LIBRARY = resideInAPackage(
            "org.kmemlab.machine..").or(resideInAPackage("org.kmemlab.fault.."))
            .or(resideInAPackage("org.kmemlab.buddy..")).or(resideInAPackage("org.kmemlab.slab.."))
            .or(resideInAPackage("org.kmemlab.mempool.."))
            .or(resideInAPackage("org.kmemlab.api.."));

    /// Requests go down, addresses come up, nothing calls upward.
    @ArchTest
    static final ArchRule LAYERS = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("machine").definedBy("org.kmemlab.machine..")
            .layer("fault").definedBy("org.kmemlab.fault..")
            .layer("buddy").definedBy("org.kmemlab.buddy..")
            .layer("slab").definedBy("org.kmemlab.slab..")
            .layer("mempool").definedBy("org.kmemlab.mempool..")
            .layer("api").definedBy("org.kmemlab.api..")
            .layer("sweep").definedBy("org.kmemlab.sweep..")
            .layer("junit").definedBy("org.kmemlab.junit..")
            .layer("lab").definedBy("org.kmemlab.lab..")
            .optionalLayer("bench").definedBy("org.kmemlab.bench..")
            .layer("cli").definedBy("org.kmemlab.cli..")
            .whereLayer("cli").mayNotBeAccessedByAnyLayer()
            .whereLayer("junit").mayNotBeAccessedByAnyLayer()
            .whereLayer("sweep").mayOnlyBeAccessedByLayers("junit", "lab", "bench", "cli")
            .whereLayer("lab").mayOnlyBeAccessedByLayers("bench", "cli")
            .whereLayer("api").mayOnlyBeAccessedByLayers("sweep", "junit", "lab", "bench", "cli")
            .whereLayer("mempool")
            .mayOnlyBeAccessedByLayers("api", "sweep", "junit", "lab", "bench", "cli")
            .whereLayer("slab")
            .mayOnlyBeAccessedByLayers("mempool", "api", "sweep", "junit", "lab", "bench", "cli")
            .whereLayer("buddy")
            .mayOnlyBeAccessedByLayers("slab", "mempool", "api", "sweep", "junit", "lab", "bench",
                    "cli");

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES = slices().matching("org.kmemlab.(**)")
            .should().beFreeOfCycles();

    /// Text is made from snapshots at the edge; no algorithm builds it.
    @ArchTest
    static final ArchRule TEXT_VIEWS_ARE_LEAVES = noClasses().that()
            .resideInAnyPackage("org.kmemlab.buddy", "org.kmemlab.slab", "org.kmemlab.machine..",
                    "org.kmemlab.mempool", "org.kmemlab.fault..")
            .should().dependOnClassesThat().resideInAPackage("org.kmemlab..proc..");

    /// Addresses are numbers; only the memory itself and the adapters for people know segments.
    @ArchTest
    static final ArchRule SEGMENTS_STAY_IN_THE_MEMORY = noClasses().that(LIBRARY).and()
            .doNotHaveFullyQualifiedName("org.kmemlab.machine.PhysicalMemory").and()
            .resideOutsideOfPackage("org.kmemlab.api..").should().dependOnClassesThat()
            .resideInAPackage("java.lang.foreign..");

    /// The command's jar has no JUnit, and what a sweep needs must work there.
    @ArchTest
    static final ArchRule SWEEPS_KNOW_NO_JUNIT = noClasses().that()
            .resideInAPackage("org.kmemlab.sweep..").should().dependOnClassesThat()
            .resideInAnyPackage("org.junit..", "org.opentest4j..");

    @ArchTest
    static final ArchRule NO_STATIC_MUTABLE_STATE = fields().that().areStatic().and()
            .areDeclaredInClassesThat(LIBRARY).should().beFinal();

    /// Time is virtual; live use has one named exception.
    @ArchTest
    static final ArchRule NO_CLOCK = noClasses().that(LIBRARY).and()
            .doNotHaveFullyQualifiedName("org.kmemlab.machine.LiveClock").should()
            .callMethod(System.class, "nanoTime").orShould()
            .callMethod(System.class, "currentTimeMillis").orShould().dependOnClassesThat()
            .resideInAPackage("java.time..");

    @ArchTest
    static final ArchRule NO_UNSEEDED_RANDOMNESS = noClasses().that(LIBRARY).should()
            .dependOnClassesThat().areAssignableTo(Random.class).orShould().dependOnClassesThat()
            .areAssignableTo(ThreadLocalRandom.class).orShould().callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule CLASSES_ARE_NOT_OPEN = classes().that(LIBRARY).and().arePublic().and()
            .areNotInterfaces().and().areTopLevelClasses().should()
            .haveModifier(JavaModifier.FINAL).orShould()
            .beEnums();
}
