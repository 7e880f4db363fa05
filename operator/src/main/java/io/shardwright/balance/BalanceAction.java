package io.shardwright.balance;

import io.shardwright.plan.Action;

/** What the balance reconciler does. */
sealed interface BalanceAction extends Action {
    String name();

    @Override
    default String subject() {
        return "Rebalance/" + name();
    }

    /** @param untilPercent how far above its fair share it leaves the fullest shard */
    record CreateRebalance(String name, int untilPercent) implements BalanceAction {
        @Override
        public String describe() {
            return "create " + subject() + ", which leaves no shard more than " + untilPercent
                    + "% above its fair share";
        }
    }

    /** One that has been over for long: they would pile up. */
    record DeleteRebalance(String name) implements BalanceAction {
        @Override
        public String describe() {
            return "delete " + subject() + ", which is over";
        }
    }
}
