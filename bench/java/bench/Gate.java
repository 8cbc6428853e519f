package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A library that refuses work while the process is too large: threads leave memory free in their
 * arenas, and then a request asks ten times for little enough of it, with a full collection before
 * each, as search engines and caches with such a limit do.
 */
public final class Gate {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final int PAGE_BYTES = 4096;
    private static final int ATTEMPTS = 10;
    private static final int ATTEMPT_MS = 100;
    private static final int FIRST_BLOCK = 4000;
    private static final int BLOCK_STEP = 500;
    // Two blocks of each thread stay, so that glibc does not give the heaps back by itself.
    private static final int KEEP_ONE_IN = Integer.MAX_VALUE;

    private Gate() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int limitMib = parameters.number("limit", 450);
        int rounds = parameters.number("rounds", 3);
        int pauseMs = parameters.number("pause", 2000);
        int threads = parameters.number("threads", 6);
        int mib = parameters.number("mib", 150);
        parameters.end();

        Stage stage = new Stage(threads, 0);
        stage.begin();
        int refused = 0;
        long longestMs = 0;
        for (int round = 0; round < rounds; round++) {
            int block = FIRST_BLOCK + BLOCK_STEP * round;
            Native.renewThreads();
            Native.load(0, (long) threads * mib << 20, block, block);
            Native.release(0, KEEP_ONE_IN);
            stage.sayReleased(round + 1);
            long began = stage.elapsedMs();
            refused += comesIn(limitMib) ? 0 : 1;
            longestMs = Math.max(longestMs, stage.elapsedMs() - began);
            stage.sleepUntil(stage.elapsedMs() + pauseMs);
        }
        stage.put("requests", rounds);
        stage.put("refused", refused);
        stage.put("request_max_ms", longestMs);
        stage.end();
    }

    private static boolean comesIn(int limitMib) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (residentMib() <= limitMib) {
                return true;
            }
            System.gc();
            Thread.sleep(ATTEMPT_MS);
        }
        return residentMib() <= limitMib;
    }

    private static long residentMib() throws IOException {
        return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE_BYTES >> 20;
    }
}
