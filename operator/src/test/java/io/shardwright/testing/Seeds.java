package io.shardwright.testing;

import java.util.Random;
import java.util.SplittableRandom;

/** Random numbers that a seed repeats. */
public final class Seeds {
    private Seeds() {}

    /**
     * Other ones for each seed. Those of {@link Random} itself begin alike for seeds that are close to each other: the first
     * boolean is the same for thousands of them, so that half of the worlds would never be seen.
     */
    public static Random random(long seed) {
        return new Random(new SplittableRandom(seed).nextLong());
    }
}
