package bench;

import java.util.HashMap;
import java.util.Map;

/** The arguments of a load, each {@code name=value}; every one must be asked for. */
final class Parameters {
    private final Map<String, String> values = new HashMap<>();

    Parameters(String[] arguments) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0 || values.put(argument.substring(0, equals),
                    argument.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(argument);
            }
        }
    }

    int number(String name, int otherwise) {
        String value = values.remove(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    boolean yes(String name) {
        return "yes".equals(values.remove(name));
    }

    /** Throws where something was given that nobody has asked for. */
    void end() {
        if (!values.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + values.keySet());
        }
    }
}
