package bench;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;

/**
 * A large Java heap with young, concurrent old and full collections, and little native memory. A
 * request replaces some of the live data and makes as much garbage again.
 */
public final class GcHeavy {
    private static final int ENTRY_MAX = 32 << 10;
    private static final int REPLACED = 8;

    private static volatile byte[] garbage;

    private GcHeavy() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int seconds = parameters.number("seconds", 35);
        int threads = parameters.number("threads", 2);
        int mib = parameters.number("mib", 800);
        int fullEveryMs = parameters.number("full-every", 8000);
        int victims = parameters.number("victims", 2);
        parameters.end();

        Stage stage = new Stage(threads, victims);
        stage.begin();
        Worker[] workers = new Worker[threads];
        for (int i = 0; i < threads; i++) {
            workers[i] = new Worker(i, (int) (((long) mib << 20) / (ENTRY_MAX / 2) / threads));
            workers[i].start();
        }
        for (long at = fullEveryMs; at < seconds * 1000L; at += fullEveryMs) {
            stage.sleepUntil(at);
            System.gc();
        }
        stage.sleepUntil(seconds * 1000L);
        Latencies latencies = new Latencies();
        double served = 0;
        double cpuNs = 0;
        for (Worker worker : workers) {
            worker.ending = true;
            worker.join();
            latencies.addAll(worker.latencies);
            served += worker.served;
            cpuNs += worker.cpuNs;
        }
        stage.put("throughput_per_s", Math.round(served / seconds));
        stage.put("throughput_per_cpu_s", Math.round(served / cpuNs * 1e9));
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            stage.put("collections_" + bean.getName().replace(' ', '_').toLowerCase(),
                    bean.getCollectionCount());
        }
        latencies.putInto(stage);
        stage.end();
    }

    private static final class Worker extends Thread {
        final Latencies latencies = new Latencies();
        volatile boolean ending;
        long served;
        long cpuNs;
        private final Random random;
        private final byte[][] live;

        Worker(int number, int entries) {
            super("worker-" + number);
            random = new Random(number);
            live = new byte[entries][];
        }

        @Override
        public void run() {
            for (int i = 0; i < live.length; i++) {
                live[i] = new byte[1 + random.nextInt(ENTRY_MAX)];
            }
            while (!ending) {
                long began = System.nanoTime();
                for (int i = 0; i < REPLACED; i++) {
                    live[random.nextInt(live.length)] = new byte[1 + random.nextInt(ENTRY_MAX)];
                    garbage = new byte[1 + random.nextInt(ENTRY_MAX)];
                }
                served++;
                // One in so many, so that the record itself stays small.
                if (served % 32 == 0) {
                    latencies.add(began, System.nanoTime() - began);
                }
            }
            cpuNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
    }
}
