package programs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes an ONNX model: matrices of random shapes, one after another, each followed by Relu. The
 * file is a protocol buffer; the numbers below are those of its fields in onnx.proto.
 */
final class OnnxModel {
    private static final int FLOAT = 1;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int SMALLEST_SIDE = 128;
    private static final int LARGEST_SIDE = 1400;
    private static final int LENGTH_DELIMITED = 2;

    private OnnxModel() {
    }

    /** The width of the input, named {@code x}. */
    static final int INPUT = 256;

    static void write(Path file, long weightBytes) throws IOException {
        Random random = new Random(5);
        Message graph = new Message();
        String from = "x";
        int rows = INPUT;
        int layer = 0;
        for (long left = weightBytes; left > 0; layer++) {
            int columns = SMALLEST_SIDE + random.nextInt(LARGEST_SIDE - SMALLEST_SIDE);
            graph.put(5, matrix("w" + layer, rows, columns, random));
            graph.put(1, node("MatMul", "m" + layer, from, "w" + layer));
            from = "y" + layer;
            graph.put(1, node("Relu", from, "m" + layer));
            left -= (long) rows * columns * Float.BYTES;
            rows = columns;
        }
        graph.put(2, "model");
        graph.put(11, vector("x", INPUT));
        graph.put(12, vector(from, rows));
        Message opset = new Message().put(2, OPSET);
        Files.write(file, new Message().put(1, IR_VERSION).put(7, graph).put(8, opset).bytes());
    }

    private static Message matrix(String name, int rows, int columns, Random random) {
        ByteBuffer weights =
                ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (weights.hasRemaining()) {
            weights.putFloat((random.nextFloat() - 0.5f) / rows);
        }
        return new Message().put(1, rows).put(1, columns).put(2, FLOAT).put(8, name)
                .put(9, weights.array());
    }

    private static Message node(String operator, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.put(1, input);
        }
        return node.put(2, output).put(4, operator);
    }

    private static Message vector(String name, int width) {
        Message shape = new Message().put(1, new Message().put(1, 1))
                .put(1, new Message().put(1, width));
        Message tensor = new Message().put(1, FLOAT).put(2, shape);
        return new Message().put(1, name).put(2, new Message().put(1, tensor));
    }

    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] bytes() {
            return out.toByteArray();
        }

        Message put(int field, long number) {
            varint((long) field << 3);
            varint(number);
            return this;
        }

        Message put(int field, byte[] value) {
            varint((long) field << 3 | LENGTH_DELIMITED);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message put(int field, String value) {
            return put(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message put(int field, Message value) {
            return put(field, value.bytes());
        }

        private void varint(long value) {
            long left = value;
            for (; left > 127; left >>>= 7) {
                out.write((int) (left & 127 | 128));
            }
            out.write((int) left);
        }
    }
}
