package bench;

/** Native threads that take much memory for a moment, give it back, and pause. */
public final class Bursty {
    private Bursty() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int seconds = parameters.number("seconds", 40);
        int threads = parameters.number("threads", 4);
        int mib = parameters.number("mib", 100);
        int victims = parameters.number("victims", 2);
        parameters.end();

        Stage stage = new Stage(threads, victims);
        stage.begin();
        double[] figures = Native.bursts(seconds * 1000L, (long) mib << 20);
        stage.put("bursts", (long) figures[0]);
        stage.putMs("burst_mean_ms", figures[1] / figures[0]);
        stage.putMs("burst_median_ms", figures[3]);
        stage.putMs("burst_max_ms", figures[4]);
        stage.putMs("burst_mean_cpu_ms", figures[5] / figures[0]);
        stage.end();
    }
}
