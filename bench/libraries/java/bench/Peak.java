package bench;

import java.util.List;
import java.util.function.LongConsumer;

/**
 * The course of a small server that needs much memory once: it takes it on some threads, frees it a
 * little later, and serves small requests all the time, most of it afterwards.
 */
final class Peak {
    private static final int TAKE_MS = 1500;
    private static final int FREE_MS = 3500;
    private static final long REQUEST_NS = 4_000_000;

    /** What a thread does in the end with what it holds. */
    interface Free<T> {
        void run(T held) throws Exception;
    }

    private final Stage stage;
    private final Workers workers;
    private final int afterSeconds;

    Peak(Stage stage, int threads, int afterSeconds) {
        this.stage = stage;
        this.workers = new Workers(threads);
        this.afterSeconds = afterSeconds;
    }

    /** Each thread takes memory, and returns what it holds; then each frees its own. */
    <T> void run(Workers.Step<T> take, Free<T> free, LongConsumer request) throws Exception {
        stage.begin();
        Requests requests = new Requests(REQUEST_NS, request);
        requests.start(1);
        stage.sleepUntil(TAKE_MS);
        List<T> held = workers.onEach(take);
        stage.sleepUntil(FREE_MS);
        workers.onEach(thread -> {
            free.run(held.get(thread));
            return null;
        });
        stage.sayReleased(1);
        stage.sleepUntil(FREE_MS + afterSeconds * 1000L);
        stage.close();
        requests.end().putInto(stage);
        stage.put("threads", held.size()); // What is still held is held until here.
        stage.end();
    }
}
