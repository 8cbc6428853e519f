package bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/**
 * A model server on PyTorch: every few seconds loader threads make a new model's matrices, the new
 * model takes the old one's place, and the old one is closed. All of it is native memory that
 * PyTorch takes from malloc; a reload loads no class and causes no full collection.
 */
public final class ReloadPytorch {
    private static final int SMALLEST_SIDE = 64;
    private static final int LARGEST_SIDE = 700;
    private static final int WARM_UP_MIB = 16;

    private final List<Random> sizes = new ArrayList<>(); // One for each loader.
    private final Workers loaders;
    private final Object serving = new Object();
    private Model current;
    private volatile float answer; // So that nothing of a request is left out.

    /** The matrices of a model, which live as long as their manager. */
    private record Model(NDManager manager, List<NDArray> weights, long bytes) {
    }

    private ReloadPytorch(int threads) {
        for (int i = 0; i < threads; i++) {
            sizes.add(new Random(i));
        }
        loaders = new Workers(threads);
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int interval = parameters.number("interval", 6000);
        int seconds = parameters.number("seconds", 42);
        int mib = parameters.number("mib", 300);
        int threads = parameters.number("threads", 4);
        long requestPeriodUs = parameters.number("request-period-us", 1000);
        parameters.end();

        new ReloadPytorch(threads).run(interval, seconds * 1000L, (long) mib << 20, requestPeriodUs);
    }

    private void run(int interval, long endMs, long bytes, long requestPeriodUs) throws Exception {
        Stage stage = new Stage(0, 0);
        warmUp();
        stage.begin();
        replace(load(bytes));
        Requests requests = new Requests(requestPeriodUs * 1000, this::serve);
        requests.start(1);
        int reloads = 0;
        long reloadMs = 0;
        for (long at = interval; at < endMs; at += interval) {
            stage.sleepUntil(at);
            long began = stage.elapsedMs();
            replace(load(bytes));
            reloadMs += stage.elapsedMs() - began;
            reloads++;
            stage.sayReleased(reloads);
        }
        stage.sleepUntil(endMs);
        stage.close();
        requests.end().putInto(stage);
        stage.put("reloads", reloads);
        stage.put("reload_mean_ms", reloadMs / Math.max(1, reloads));
        stage.end();
    }

    /** Loads every class that a reload needs, and lets PyTorch set up what it keeps. */
    private void warmUp() throws Exception {
        replace(load((long) WARM_UP_MIB << 20));
        for (int i = 0; i < 1000; i++) {
            serve(i);
        }
        replace(load((long) WARM_UP_MIB << 20));
        replace(null);
    }

    /** The loaders make equal parts of the weights, all in one manager. */
    private Model load(long bytes) throws Exception {
        NDManager manager = NDManager.newBaseManager();
        List<NDArray> weights = new ArrayList<>();
        for (List<NDArray> part :
                loaders.onEach(loader -> loadPart(manager, sizes.get(loader), bytes / sizes.size()))) {
            weights.addAll(part);
        }
        return new Model(manager, weights, bytesOf(weights));
    }

    private static List<NDArray> loadPart(NDManager manager, Random random, long bytes) {
        List<NDArray> part = new ArrayList<>();
        long left = bytes;
        while (left > 0) {
            long side = SMALLEST_SIDE + random.nextInt(LARGEST_SIDE - SMALLEST_SIDE + 1);
            part.add(manager.full(new Shape(side, side), random.nextFloat()));
            long size = side * side * Float.BYTES;
            left -= size;
            Native.countLive(size);
        }
        return part;
    }

    private static long bytesOf(Collection<NDArray> arrays) {
        return arrays.stream().mapToLong(array -> array.size() * Float.BYTES).sum();
    }

    /** Waits for the request that the old model is serving, and closes it. */
    private void replace(Model next) {
        Model old;
        synchronized (serving) {
            old = current;
            current = next;
        }
        if (old != null) {
            old.manager.close();
            Native.countLive(-old.bytes);
        }
    }

    /** A vector through one of the layers. */
    private void serve(long number) {
        synchronized (serving) {
            NDArray layer = current.weights.get(Math.floorMod(number, current.weights.size()));
            try (NDManager own = NDManager.newBaseManager()) {
                NDArray input = own.full(new Shape(1, layer.getShape().get(0)), 0.5f);
                answer = input.matMul(layer).sum().toFloatArray()[0];
            }
        }
    }
}
