package bench;

/** The native part of the loads: threads, blocks and victims that only malloc knows of. */
final class Native {
    static {
        System.load(System.getProperty("bench.library"));
    }

    private Native() {
    }

    /** Has the number of live bytes published in a file of eight bytes. */
    static native void publishLive(String path);

    /** Changes the number of live bytes, where something else than these methods takes and frees them. */
    static native void countLive(long change);

    /** Starts the threads of the load, once; returns how many arenas they have. */
    static native int startThreads(int threads);

    /** Ends these threads and starts others in their places. */
    static native void renewThreads();

    /** Loads generation 0 or 1 on all threads, in blocks of log-uniform sizes. */
    static native void load(int generation, long bytes, int smallest, int largest);

    /** Frees a generation but for one block in {@code keepOneIn}. */
    static native void release(int generation, int keepOneIn);

    /** Operations, wall ns and CPU ns of all threads together. */
    static native double[] steady(long ms);

    /** Bursts, wall ns, nothing, median ns, longest ns, and CPU ns of the bursts. */
    static native double[] bursts(long ms, long bytesPerThread);

    /** As steady, of rounds that take and free up to so many bytes on each thread. */
    static native double[] tops(long ms, long bytesPerThread);

    /** Bytes in the tops of all arenas but the main one. */
    static native long topsBytes();

    /** Resident bytes in the heaps of the load's arenas but the main one. */
    static native long heapsResident();

    /** Starts threads that work at full speed in the load's arenas. */
    static native void startBusy(int threads);

    /** Ends them, and writes what they got done in each millisecond to a file. */
    static native void stopBusy(String path);

    static native void startVictims(int victims);

    /**
     * Victims, sharing, pairs, p50, p99.9, max; then max without queueing and blocked, of all and
     * of those while the load was at rest. Times in ns.
     */
    static native double[] stopVictims();

    /** The native part of a request. */
    static native void request(long seed);
}
