package programs;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model server on ONNX Runtime: a session with 150 MiB of weights is opened again every few
 * seconds, and the one before is closed, while one thread serves. Arguments: seconds between
 * reloads, seconds in all.
 */
public final class OnnxRuntime {
    private static final long MODEL_BYTES = 150L << 20;
    private static final int REQUEST_EACH_MS = 100;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private OrtSession current;

    private OnnxRuntime() {
    }

    public static void main(String[] arguments) throws Exception {
        Path model = Path.of("model.onnx");
        if (arguments[0].equals("write")) {
            OnnxModel.write(model, MODEL_BYTES);
            return;
        }
        long reloadMs = Integer.parseInt(arguments[0]) * 1000L;
        Schedule schedule = new Schedule(Integer.parseInt(arguments[1]));
        OnnxRuntime server = new OnnxRuntime();
        server.replace(server.open(model));
        Thread requests = new Thread(server::serve, "requests");
        requests.setDaemon(true);
        requests.start();
        for (int i = 1; schedule.sleepUntil(i * reloadMs); i++) {
            server.replace(server.open(model));
        }
        Files.delete(model);
    }

    private OrtSession open(Path model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            return environment.createSession(model.toString(), options);
        }
    }

    /** Waits for the request that the old session serves, and closes it. */
    private void replace(OrtSession next) throws OrtException {
        OrtSession old;
        synchronized (this) {
            old = current;
            current = next;
        }
        if (old != null) {
            old.close();
        }
    }

    private void serve() {
        try {
            while (true) {
                request();
                Thread.sleep(REQUEST_EACH_MS);
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void request() throws OrtException {
        float[][] input = new float[1][OnnxModel.INPUT];
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input)) {
            current.run(Map.of("x", tensor)).close();
        }
    }
}
