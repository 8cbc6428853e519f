package bench;

/** Native threads that replace blocks at full speed: free memory is used again at once. */
public final class Steady {
    private Steady() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int seconds = parameters.number("seconds", 35);
        int threads = parameters.number("threads", 2);
        int victims = parameters.number("victims", 2);
        parameters.end();

        Stage stage = new Stage(threads, victims);
        stage.begin();
        double[] figures = Native.steady(seconds * 1000L);
        stage.put("operations", (long) figures[0]);
        stage.put("throughput_per_s", Math.round(figures[0] / figures[1] * 1e9 * threads));
        stage.put("throughput_per_cpu_s", Math.round(figures[0] / figures[2] * 1e9));
        stage.end();
    }
}
