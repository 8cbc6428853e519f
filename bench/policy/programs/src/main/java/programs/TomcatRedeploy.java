package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * Tomcat, whose web application is redeployed every few seconds while requests come. Arguments: the
 * application's directory, seconds between redeployments, seconds in all.
 */
public final class TomcatRedeploy {
    private static final int REQUEST_EACH_MS = 50;

    private TomcatRedeploy() {
    }

    public static void main(String[] arguments) throws Exception {
        Path application = Path.of(arguments[0]).toAbsolutePath();
        long redeployMs = Integer.parseInt(arguments[1]) * 1000L;
        Schedule schedule = new Schedule(Integer.parseInt(arguments[2]));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir("tomcat");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address",
                InetAddress.getLoopbackAddress().getHostAddress());
        Context context = tomcat.addWebapp("/app", application.toString());
        tomcat.start();
        int port = tomcat.getConnector().getLocalPort();
        Thread requests = new Thread(() -> ask(port), "requests");
        requests.setDaemon(true);
        requests.start();
        for (int i = 1; schedule.sleepUntil(i * redeployMs); i++) {
            tomcat.getHost().removeChild(context); // Stops and destroys it.
            context = tomcat.addWebapp("/app", application.toString());
        }
        tomcat.stop();
        tomcat.destroy();
    }

    private static void ask(int port) {
        URI page = URI.create("http://127.0.0.1:" + port + "/app/index.txt");
        HttpClient client = HttpClient.newHttpClient();
        try {
            while (true) {
                // An answer of 404 is one, too: the application is between two lives.
                client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
                Thread.sleep(REQUEST_EACH_MS);
            }
        } catch (IOException e) {
            return; // Tomcat has stopped.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
