package bench;

/** What an application does about its native memory itself. */
interface Trimmer {
    Trimmer NONE = () -> { };

    void trim();

    /** Calls malloc_trim through JNA; the class is compiled only where JNA is installed. */
    static Trimmer byJna() throws ReflectiveOperationException {
        return (Trimmer) Class.forName("bench.JnaTrimmer").getDeclaredConstructor().newInstance();
    }
}
