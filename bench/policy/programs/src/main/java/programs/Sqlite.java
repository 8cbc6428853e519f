package programs;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/**
 * Reports on SQLite in memory: a data base is loaded, indexed and queried with sorts for a while,
 * half of it is deleted and the rest packed, and in the end all of it goes. The next one has
 * another size. Argument: seconds.
 */
public final class Sqlite {
    private static final int QUERIES = 6;

    private Sqlite() {
    }

    public static void main(String[] arguments) throws Exception {
        Schedule schedule = new Schedule(Integer.parseInt(arguments[0]));
        Random random = new Random(7);
        do {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                    Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA temp_store = MEMORY");
                load(connection, 200_000 + random.nextInt(500_000), random);
                if (!query(statement, schedule)) {
                    return;
                }
                statement.execute("DELETE FROM item WHERE id % 2 = 0");
                statement.execute("VACUUM");
                if (!query(statement, schedule)) {
                    return;
                }
            }
        } while (schedule.sleep(2000 + random.nextInt(8000)));
    }

    private static void load(Connection connection, int rows, Random random) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, kind, price, text)");
        }
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO item VALUES(?, ?, ?, ?)")) {
            String text = "x".repeat(600);
            for (int i = 0; i < rows; i++) {
                insert.setInt(1, i);
                insert.setInt(2, random.nextInt(1000));
                insert.setDouble(3, random.nextDouble());
                insert.setString(4, text.substring(random.nextInt(text.length())));
                insert.executeUpdate();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE INDEX by_kind ON item(kind, price)");
        }
    }

    /** A report each second and a half, with a sort that needs memory of its own. */
    private static boolean query(Statement statement, Schedule schedule) throws Exception {
        for (int i = 0; i < QUERIES; i++) {
            String sorted = "SELECT text, price FROM item WHERE kind < 300 ORDER BY text, price";
            try (ResultSet rows = statement.executeQuery(sorted)) {
                rows.next();
            }
            String joined = "SELECT a.kind, sum(b.price) FROM item a JOIN item b ON a.id = b.id + 1"
                    + " WHERE a.kind < 200 GROUP BY a.kind ORDER BY 2";
            try (ResultSet rows = statement.executeQuery(joined)) {
                rows.next();
            }
            if (!schedule.sleep(1500)) {
                return false;
            }
        }
        return true;
    }
}
