package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compressed sessions by the JDK's own zlib: each 12 s eight threads open 100 sessions each, with a
 * Deflater and an Inflater, and close them 2 s later. Argument: seconds.
 */
public final class Deflate {
    private static final int THREADS = 8;
    private static final int SESSIONS = 100;
    private static final int BYTES = 16 << 10;

    private Deflate() {
    }

    private static void serve() {
        List<Deflater> deflaters = new ArrayList<>();
        List<Inflater> inflaters = new ArrayList<>();
        byte[] data = new byte[BYTES];
        byte[] packed = new byte[2 * BYTES];
        for (int i = 0; i < SESSIONS; i++) {
            Deflater deflater = new Deflater(1 + i % 9);
            deflater.setInput(data);
            deflater.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH);
            deflaters.add(deflater);
            inflaters.add(new Inflater());
        }
        Pause.of(2000);
        deflaters.forEach(Deflater::end);
        inflaters.forEach(Inflater::end);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Pause end = new Pause(Integer.parseInt(arguments[0]));
        do {
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            for (int i = 0; i < THREADS; i++) {
                pool.execute(Deflate::serve);
            }
            pool.shutdown();
            pool.awaitTermination(1, TimeUnit.MINUTES);
        } while (end.sleep(10_000));
    }
}
