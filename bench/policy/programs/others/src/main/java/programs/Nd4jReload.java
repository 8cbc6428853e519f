package programs;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model of ND4J's arrays, 175 MiB, made anew each few seconds, the old one closed, one thread
 * serving. Arguments: seconds between reloads and in all.
 */
public final class Nd4jReload {
    private static final int ARRAYS = 300;

    private Nd4jReload() {
    }

    private static List<INDArray> load() {
        List<INDArray> model = new ArrayList<>();
        for (int i = 0; i < ARRAYS; i++) {
            int size = 64 + 2 * i;
            model.add(Nd4j.rand(size, size));
        }
        return model;
    }

    public static void main(String[] arguments) {
        long reloadNs = Integer.parseInt(arguments[0]) * 1_000_000_000L;
        Pause end = new Pause(Integer.parseInt(arguments[1]));
        List<INDArray> model = load();
        long loadedNs = System.nanoTime();
        do {
            try (INDArray answer = model.get(10).mmul(model.get(10))) {
                answer.sumNumber();
            }
            if (System.nanoTime() - loadedNs >= reloadNs) {
                List<INDArray> old = model;
                model = load();
                old.forEach(INDArray::close);
                loadedNs = System.nanoTime();
            }
        } while (end.sleep(50));
    }
}
