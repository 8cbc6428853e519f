package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The conversation with the runner. A load says {@code base} when it is set up but has taken no
 * memory of its own, {@code released N} each time it has freed a generation, and at last
 * {@code result} with one JSON object; then the runner measures, and closes standard input, which
 * ends the load.
 */
final class Stage {
    private final Map<String, Number> results = new LinkedHashMap<>();
    private final int victims;
    private long startNs;

    /** Publishes live bytes and starts the native threads; victims start with {@link #begin}. */
    Stage(int threads, int victims) {
        this.victims = victims;
        String live = file("live");
        if (live != null) {
            Native.publishLive(live);
        }
        put("load_threads", threads);
        put("load_arenas", Native.startThreads(threads));
    }

    void begin() throws InterruptedException {
        say("base");
        // Longer than the runner's sampling interval: the base must be in one of the samples.
        Thread.sleep(300);
        Native.startVictims(victims);
        startNs = System.nanoTime();
    }

    /** Sleeps until so many ms after the beginning, however long the steps before took. */
    void sleepUntil(long ms) throws InterruptedException {
        long leftNs = startNs + ms * 1_000_000 - System.nanoTime();
        if (leftNs > 0) {
            Thread.sleep(leftNs / 1_000_000, (int) (leftNs % 1_000_000));
        }
    }

    long elapsedMs() {
        return (System.nanoTime() - startNs) / 1_000_000;
    }

    void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Not by {@code +}, which would load classes at the first reload that may load none. */
    void sayReleased(int round) {
        say(new StringBuilder("released ").append(round).toString());
    }

    void put(String name, Number value) {
        results.put(name, value);
    }

    void putMs(String name, double ns) {
        put(name, Math.round(ns / 1e3) / 1e3);
    }

    /** A file that the runner wants to be written; null where there is no runner. */
    static String file(String name) {
        String directory = System.getProperty("bench.files");
        return directory == null ? null : directory + "/" + name;
    }

    /**
     * Says that the load is over, before any of its threads ends: the runner sums up the CPU time
     * of the threads that have ended by then, which are those of the contender.
     */
    void close() throws InterruptedException {
        say("closing");
        Thread.sleep(100);
    }

    /** Ends the victims, prints the results and waits until the runner has enough. */
    void end() throws IOException {
        double[] figures = Native.stopVictims();
        if (figures[0] != 0) {
            putVictims(figures);
        }
        say("result " + json());
        BufferedReader input = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (input.readLine() != null) {
            continue;
        }
    }

    private void putVictims(double[] figures) {
        put("victims", (int) figures[0]);
        put("victims_sharing", (int) figures[1]);
        put("victim_pairs", (long) figures[2]);
        putMs("victim_p50_ms", figures[3]);
        putMs("victim_p999_ms", figures[4]);
        putMs("victim_max_ms", figures[5]);
        putMs("victim_max_unqueued_ms", figures[6]);
        putMs("victim_blocked_ms", figures[7]);
        putMs("victim_calm_max_ms", figures[8]);
        putMs("victim_calm_blocked_ms", figures[9]);
    }

    private String json() {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, Number> result : results.entrySet()) {
            text.append(text.length() == 1 ? "\"" : ", \"").append(result.getKey())
                    .append("\": ").append(result.getValue());
        }
        return text.append('}').toString();
    }
}
