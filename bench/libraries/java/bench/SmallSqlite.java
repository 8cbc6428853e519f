package bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A small service on SQLite that has built large tables in memory for once, as a report does: each
 * thread fills one of its own database, and drops it. SQLite gives the pages back to malloc, and
 * the service goes on with small queries.
 */
public final class SmallSqlite {
    private static final String IN_MEMORY = "jdbc:sqlite::memory:";
    private static final int ROW_BYTES = 400;
    private static final int KNOWN_ROWS = 1000;

    private SmallSqlite() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int mib = parameters.number("mib", 40);
        int threads = parameters.number("threads", 4);
        int after = parameters.number("after", 31);
        parameters.end();

        Stage stage = new Stage(0, 0);
        Connection known = DriverManager.getConnection(IN_MEMORY);
        fill(known, KNOWN_ROWS);
        PreparedStatement query = known.prepareStatement("SELECT length(content) FROM report WHERE id = ?");
        int rows = (int) (((long) mib << 20) / threads / ROW_BYTES);
        new Peak(stage, threads, after).run(
                thread -> {
                    Connection report = DriverManager.getConnection(IN_MEMORY);
                    fill(report, rows);
                    Native.countLive((long) rows * ROW_BYTES);
                    return report;
                },
                report -> {
                    drop(report);
                    Native.countLive(-(long) rows * ROW_BYTES);
                },
                number -> ask(query, Math.floorMod(number, KNOWN_ROWS)));
    }

    /** With auto_vacuum the pages of a dropped table are freed, not kept for the next one. */
    private static void fill(Connection database, int rows) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("PRAGMA auto_vacuum = FULL");
            statement.execute("CREATE TABLE report (id INTEGER PRIMARY KEY, content BLOB)");
        }
        database.setAutoCommit(false);
        try (PreparedStatement insert = database.prepareStatement("INSERT INTO report VALUES (?, ?)")) {
            byte[] content = new byte[ROW_BYTES];
            for (int row = 0; row < rows; row++) {
                insert.setInt(1, row);
                insert.setBytes(2, content);
                insert.executeUpdate();
            }
        }
        database.commit();
        database.setAutoCommit(true);
    }

    private static void drop(Connection database) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("DROP TABLE report");
        }
    }

    private static void ask(PreparedStatement query, int row) {
        try {
            query.setInt(1, row);
            try (ResultSet result = query.executeQuery()) {
                result.next();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
