package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Java threads that do the same step at the same time; each keeps its malloc arena. */
final class Workers {
    private final int count;
    private final ExecutorService threads;

    /** What one of them does, which is told its number. */
    interface Step<T> {
        T run(int worker) throws Exception;
    }

    Workers(int count) {
        this.count = count;
        // As daemons they do not keep a load alive that has failed.
        threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Returns what each of them has made when all are through. */
    <T> List<T> onEach(Step<T> step) throws Exception {
        List<Callable<T>> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int worker = i;
            steps.add(() -> step.run(worker));
        }
        List<T> made = new ArrayList<>();
        for (Future<T> one : threads.invokeAll(steps)) {
            made.add(one.get());
        }
        return made;
    }
}
