package programs;

/** The time of a program: when it ends, and pauses until then. */
final class Pause {
    private final long endNs;

    Pause(int seconds) {
        endNs = System.nanoTime() + seconds * 1_000_000_000L;
    }

    static void of(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException exception) {
            throw new IllegalStateException(exception);
        }
    }

    /** Sleeps for so long, at most until the end; false: it is reached. */
    boolean sleep(long ms) {
        long leftMs = (endNs - System.nanoTime()) / 1_000_000;
        of(Math.max(Math.min(ms, leftMs), 0));
        return ms < leftMs;
    }
}
