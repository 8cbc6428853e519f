package bench;

/**
 * Native threads that work in rounds, free all they have taken, and then rest: what stays lies in
 * the tops of their arenas. A full collection at the beginning of the rest is the occasion to trim.
 */
public final class Tops {
    private Tops() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int seconds = parameters.number("seconds", 10);
        int rest = parameters.number("rest", 8);
        int threads = parameters.number("threads", 8);
        int mib = parameters.number("mib", 48);
        int victims = parameters.number("victims", 2);
        parameters.end();

        Stage stage = new Stage(threads, victims);
        stage.begin();
        double[] figures = Native.tops(seconds * 1000L, (long) mib << 20);
        stage.put("operations", (long) figures[0]);
        stage.put("throughput_per_s", Math.round(figures[0] / figures[1] * 1e9 * threads));
        stage.put("throughput_per_cpu_s", Math.round(figures[0] / figures[2] * 1e9));
        stage.put("heaps_before_mib", Native.heapsResident() >> 20);
        stage.say("released 1");
        System.gc();
        stage.sleepUntil(stage.elapsedMs() + rest * 1000L);
        stage.close();
        stage.put("heaps_after_mib", Native.heapsResident() >> 20);
        stage.put("tops_mib", Native.topsBytes() >> 20);
        stage.end();
    }
}
