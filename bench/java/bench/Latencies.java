package bench;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Latencies in ns and when each began, as many as there is room for. One thread writes them. */
final class Latencies {
    private long[] begins = new long[1 << 10];
    private long[] values = new long[1 << 10];
    private int count;

    /** Adds what began at a {@link System#nanoTime} and took so many ns. */
    void add(long began, long ns) {
        if (count == values.length) {
            begins = Arrays.copyOf(begins, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
        }
        begins[count] = began;
        values[count++] = ns;
    }

    void addAll(Latencies other) {
        for (int i = 0; i < other.count; i++) {
            add(other.begins[i], other.values[i]);
        }
    }

    /** Puts {@code request_*} figures where there was any, and writes all to the runner's file. */
    void putInto(Stage stage) throws IOException {
        if (count == 0) {
            return;
        }
        String file = Stage.file("requests");
        if (file != null) {
            write(Path.of(file));
        }
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        stage.put("requests", count);
        stage.putMs("request_p50_ms", quantile(sorted, 0.5));
        stage.putMs("request_p999_ms", quantile(sorted, 0.999));
        stage.putMs("request_max_ms", quantile(sorted, 1));
    }

    /** Pairs of big-endian longs: the beginning and the latency. */
    private void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int i = 0; i < count; i++) {
                out.writeLong(begins[i]);
                out.writeLong(values[i]);
            }
        }
    }

    private static long quantile(long[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }
}
