package io.shardwright.balance;

import io.shardwright.plan.Plan;
import java.util.Optional;

/**
 * What to do, and what the next pass has to know.
 *
 * @param imbalance empty while it is not known
 * @param memory when the actions are not done
 * @param begun what is the last Rebalance instead when they are
 */
record BalanceDecision(
        Optional<Imbalance> imbalance,
        BalanceMemory memory,
        Optional<BalanceMemory.Last> begun,
        Plan<BalanceAction> plan) {}
