package programs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A model server on PyTorch: four threads load 300 MiB of weights every few seconds, and the model
 * before is closed, while one thread serves. Arguments: seconds between reloads, seconds in all.
 */
public final class Pytorch {
    private static final int LOADERS = 4;
    private static final long MODEL_BYTES = 300L << 20;
    private static final int SMALLEST_SIDE = 64;
    private static final int LARGEST_SIDE = 700;
    private static final int REQUEST_EACH_MS = 2;

    private final ExecutorService loaders = Executors.newFixedThreadPool(LOADERS);
    private final Random random = new Random(1);
    private Model current;

    /** The weights live as long as their manager. */
    private record Model(NDManager manager, List<NDArray> weights) {
    }

    private Pytorch() {
    }

    public static void main(String[] arguments) throws Exception {
        long reloadMs = Integer.parseInt(arguments[0]) * 1000L;
        Schedule schedule = new Schedule(Integer.parseInt(arguments[1]));
        Pytorch server = new Pytorch();
        server.replace(server.load());
        Thread requests = new Thread(server::serve, "requests");
        requests.setDaemon(true);
        requests.start();
        for (int i = 1; schedule.sleepUntil(i * reloadMs); i++) {
            server.replace(server.load());
        }
        server.loaders.shutdown();
    }

    private Model load() throws Exception {
        NDManager manager = NDManager.newBaseManager();
        List<Callable<List<NDArray>>> parts = new ArrayList<>();
        for (int i = 0; i < LOADERS; i++) {
            long seed = random.nextLong();
            parts.add(() -> loadPart(manager, new Random(seed)));
        }
        List<NDArray> weights = new ArrayList<>();
        for (Future<List<NDArray>> part : loaders.invokeAll(parts)) {
            weights.addAll(part.get());
        }
        return new Model(manager, weights);
    }

    private static List<NDArray> loadPart(NDManager manager, Random random) {
        List<NDArray> part = new ArrayList<>();
        long left = MODEL_BYTES / LOADERS;
        while (left > 0) {
            long side = SMALLEST_SIDE + random.nextInt(LARGEST_SIDE - SMALLEST_SIDE + 1);
            part.add(manager.full(new Shape(side, side), random.nextFloat()));
            left -= side * side * Float.BYTES;
        }
        return part;
    }

    /** Waits for the request that the old model serves, and closes it. */
    private void replace(Model next) {
        Model old;
        synchronized (this) {
            old = current;
            current = next;
        }
        if (old != null) {
            old.manager.close();
        }
    }

    private void serve() {
        Random requests = new Random(2);
        try {
            while (true) {
                request(requests);
                Thread.sleep(REQUEST_EACH_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void request(Random requests) {
        NDArray layer = current.weights.get(requests.nextInt(current.weights.size()));
        try (NDManager scratch = current.manager.newSubManager()) {
            scratch.ones(new Shape(1, layer.getShape().get(0))).matMul(layer).toFloatArray();
        }
    }
}
