package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;

/**
 * Batches of Apache Arrow: four threads fill 1500 vectors each, drop them half a second later, and
 * rest for 3 to 12 s. Argument: seconds.
 */
public final class Arrow {
    private static final int THREADS = 4;
    private static final int VECTORS = 1500;
    private static final int VALUES = 2000;

    private Arrow() {
    }

    private static void run(BufferAllocator memory) {
        List<IntVector> vectors = new ArrayList<>();
        for (int i = 0; i < VECTORS; i++) {
            IntVector vector = new IntVector("value", memory);
            vector.allocateNew(VALUES + i * 37 % 12_000);
            for (int at = 0; at < VALUES; at++) {
                vector.set(at, at);
            }
            vector.setValueCount(VALUES);
            vectors.add(vector);
        }
        Pause.of(500);
        vectors.forEach(IntVector::close);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Pause end = new Pause(Integer.parseInt(arguments[0]));
        Random random = new Random(2);
        try (BufferAllocator memory = new RootAllocator()) {
            do {
                ExecutorService pool = Executors.newFixedThreadPool(THREADS);
                for (int i = 0; i < THREADS; i++) {
                    pool.execute(() -> run(memory));
                }
                pool.shutdown();
                pool.awaitTermination(1, TimeUnit.MINUTES);
            } while (end.sleep(3000 + random.nextInt(9000)));
        }
    }
}
