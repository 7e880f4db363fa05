package io.shardwright.importjob;

import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportPhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.Plan;
import java.util.List;
import java.util.Optional;

/**
 * What to do next, and what is to be written in status when it is done.
 *
 * @param isTidy nothing is left to remove
 */
record ImportDecision(Plan<ImportAction> plan, ImportPhase phase, Optional<ImportFailure> failure, boolean isTidy) {
    static ImportDecision of(ImportPhase phase, List<? extends ImportAction> actions) {
        return new ImportDecision(new Plan<>(List.copyOf(actions), List.of()), phase, Optional.empty(), false);
    }

    static ImportDecision of(ImportPhase phase, List<? extends ImportAction> actions, List<Hold> holds) {
        return new ImportDecision(new Plan<>(List.copyOf(actions), holds), phase, Optional.empty(), false);
    }

    static ImportDecision failed(ImportFailure failure) {
        return new ImportDecision(Plan.none(), ImportPhase.Failed, Optional.of(failure), false);
    }

    static ImportDecision tidy(ImportPhase phase) {
        return new ImportDecision(Plan.none(), phase, Optional.empty(), true);
    }
}
