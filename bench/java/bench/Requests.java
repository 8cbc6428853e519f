package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Java threads that serve a small request every few milliseconds, each with native memory. */
final class Requests {
    private final long periodNs;
    private final List<Server> servers = new ArrayList<>();
    private volatile boolean ending;

    /** Each thread pauses so long between two requests. */
    Requests(long periodNs) {
        this.periodNs = periodNs;
    }

    void start(int threads) {
        for (int i = 0; i < threads; i++) {
            Server server = new Server(i);
            server.setDaemon(true);
            server.start();
            servers.add(server);
        }
    }

    Latencies end() throws InterruptedException {
        ending = true;
        Latencies all = new Latencies();
        for (Server server : servers) {
            server.join();
            all.addAll(server.latencies);
        }
        return all;
    }

    private final class Server extends Thread {
        final Latencies latencies = new Latencies();
        private long seed;

        Server(int number) {
            super("request-" + number);
            seed = number + 1;
        }

        @Override
        public void run() {
            while (!ending) {
                seed = seed * 6364136223846793005L + 1442695040888963407L;
                long began = System.nanoTime();
                Native.request(seed);
                latencies.add(began, System.nanoTime() - began);
                LockSupport.parkNanos(periodNs);
            }
        }
    }
}
