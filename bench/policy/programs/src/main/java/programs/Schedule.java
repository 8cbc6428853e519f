package programs;

/** The time of a program: how long it has run, and when its next step is due. */
final class Schedule {
    private final long beganNs = System.nanoTime();
    private final long endMs;

    Schedule(int seconds) {
        endMs = seconds * 1000L;
    }

    long elapsedMs() {
        return (System.nanoTime() - beganNs) / 1_000_000;
    }

    /** Sleeps until so many ms after the beginning, at most until the end; false: it is reached. */
    boolean sleepUntil(long ms) throws InterruptedException {
        long leftMs = Math.min(ms, endMs) - elapsedMs();
        if (leftMs > 0) {
            Thread.sleep(leftMs);
        }
        return ms < endMs;
    }

    /** The same from now on. */
    boolean sleep(long ms) throws InterruptedException {
        return sleepUntil(elapsedMs() + ms);
    }
}
