package bench;

/**
 * Reloads a model at fixed times: new classes and new blocks first, then the old blocks are freed.
 * At last, with {@code retire=yes}, the model goes without a successor but for the classes. With
 * {@code gc=yes} a full collection follows each reload; with {@code renew=yes} each model is loaded
 * by new threads.
 */
public final class Reload {
    private Reload() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        long bytes = (long) parameters.number("mib", 1024) << 20;
        int smallest = parameters.number("smallest", 64);
        int largest = parameters.number("largest", 64 << 10);
        int threads = parameters.number("threads", 8);
        int keepOneIn = parameters.number("keep", 100);
        int classes = parameters.number("classes", 250);
        int reloads = parameters.number("reloads", 3);
        long interval = parameters.number("interval", 14000);
        // The first release; the model has to be loaded by then.
        long first = parameters.number("first", 2000);
        int victims = parameters.number("victims", 4);
        int requestThreads = parameters.number("requests", 2);
        long requestPeriodUs = parameters.number("request-period-us", 4000);
        boolean busy = parameters.yes("busy");
        boolean collects = parameters.yes("gc");
        boolean renews = parameters.yes("renew");
        boolean retires = parameters.yes("retire");
        Trimmer trimmer = parameters.yes("jna") ? Trimmer.byJna() : Trimmer.NONE;
        parameters.end();

        Stage stage = new Stage(threads, victims);
        stage.begin();
        Requests requests = new Requests(requestPeriodUs * 1000, Native::request);
        requests.start(requestThreads);
        if (busy) {
            // One CPU is left for the trims: what they take is then not the CPU but the locks.
            Native.startBusy(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
        }
        ModelClassLoader loader = ModelClassLoader.withClasses(classes);
        Native.load(0, bytes, smallest, largest);
        long reloadMs = 0;
        int rounds = reloads + (retires ? 1 : 0);
        for (int round = 1; round <= rounds; round++) {
            stage.sleepUntil(first + (round - 1) * interval);
            long began = stage.elapsedMs();
            loader = ModelClassLoader.withClasses(classes);
            int old = (round - 1) % 2;
            if (renews) {
                Native.renewThreads();
            }
            if (round <= reloads) {
                Native.load(1 - old, bytes, smallest, largest);
            }
            Native.release(old, keepOneIn);
            reloadMs += stage.elapsedMs() - began;
            stage.sayReleased(round);
            if (collects) {
                System.gc();
            }
            trimmer.trim();
        }
        stage.sleepUntil(first + rounds * interval);
        if (!renews) {
            stage.close(); // Otherwise it is the load's own threads that have ended.
        }
        if (busy) {
            Native.stopBusy(Stage.file("busy"));
        }
        requests.end().putInto(stage);
        stage.put("reloads", rounds);
        stage.put("reload_mean_ms", reloadMs / rounds);
        stage.put("loader", System.identityHashCode(loader)); // Keeps it alive until here.
        stage.end();
    }
}
