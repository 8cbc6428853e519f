package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Java threads that serve a small request every few milliseconds, as the load's callers would. */
final class Requests {
    private final long periodNs;
    private final LongConsumer request;
    private final List<Server> servers = new ArrayList<>();
    private volatile boolean ending;

    /** Each thread pauses so long between two requests, which are given random numbers. */
    Requests(long periodNs, LongConsumer request) {
        this.periodNs = periodNs;
        this.request = request;
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
                request.accept(seed);
                latencies.add(began, System.nanoTime() - began);
                LockSupport.parkNanos(periodNs);
            }
        }
    }
}
