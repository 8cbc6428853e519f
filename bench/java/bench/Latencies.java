package bench;

import java.util.Arrays;

/** Latencies in ns, as many as there is room for. One thread writes them. */
final class Latencies {
    private long[] values = new long[1 << 10];
    private int count;

    void add(long ns) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = ns;
    }

    void addAll(Latencies other) {
        for (int i = 0; i < other.count; i++) {
            add(other.values[i]);
        }
    }

    /** Puts {@code request_*} figures. */
    void putInto(Stage stage) {
        Arrays.sort(values, 0, count);
        stage.put("requests", count);
        stage.putMs("request_p50_ms", quantile(0.5));
        stage.putMs("request_p999_ms", quantile(0.999));
        stage.putMs("request_max_ms", quantile(1));
    }

    private long quantile(double share) {
        return count == 0 ? 0 : values[Math.min(count - 1, (int) (count * share))];
    }
}
