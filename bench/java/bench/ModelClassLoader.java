package bench;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A class loader with any number of empty classes of its own, as a loaded model brings along. */
final class ModelClassLoader extends ClassLoader {
    private static final int MAGIC = 0xCAFEBABE;
    private static final int JAVA_8 = 52;
    private static final int CONSTANT_UTF8 = 1;
    private static final int CONSTANT_CLASS = 7;
    private static final int ACC_PUBLIC_SUPER = 0x21;

    static ModelClassLoader withClasses(int count) throws IOException {
        ModelClassLoader loader = new ModelClassLoader();
        for (int i = 0; i < count; i++) {
            byte[] bytes = emptyClass("model/Feature" + i);
            loader.defineClass(null, bytes, 0, bytes.length);
        }
        return loader;
    }

    private static byte[] emptyClass(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeShort(0);
        out.writeShort(JAVA_8);
        out.writeShort(5); // One more than there are constants.
        writeClass(out, name, 2);
        writeClass(out, "java/lang/Object", 4);
        out.writeShort(ACC_PUBLIC_SUPER);
        out.writeShort(1);
        out.writeShort(3);
        for (int i = 0; i < 4; i++) { // No interfaces, fields, methods or attributes.
            out.writeShort(0);
        }
        return bytes.toByteArray();
    }

    private static void writeClass(DataOutputStream out, String name, int nameIndex)
            throws IOException {
        out.writeByte(CONSTANT_CLASS);
        out.writeShort(nameIndex);
        out.writeByte(CONSTANT_UTF8);
        out.writeUTF(name);
    }
}
