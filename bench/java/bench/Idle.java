package bench;

/** Does nothing for a while, but for a few victims. */
public final class Idle {
    private Idle() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int seconds = parameters.number("seconds", 60);
        int victims = parameters.number("victims", 1);
        parameters.end();

        Stage stage = new Stage(1, victims);
        stage.begin();
        stage.sleepUntil(seconds * 1000L);
        stage.end();
    }
}
