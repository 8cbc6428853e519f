package programs;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Random;

/**
 * Analytics on DuckDB in memory: aggregations, joins and sorts over a table of five million rows,
 * a few queries in a row and then a pause of 2 to 12 s. Argument: seconds.
 */
public final class DuckDb {
    private static final String[] QUERIES = {
        "SELECT k, count(*), sum(v), max(s) FROM t GROUP BY k ORDER BY 3 DESC LIMIT 10",
        "SELECT s, v FROM t ORDER BY s, v LIMIT 10 OFFSET 1000000",
        "SELECT count(*), sum(a.v) FROM t a JOIN t b ON a.k = b.id WHERE b.v < 0.5",
        "SELECT k % 1000, quantile_cont(v, 0.9), count(DISTINCT s) FROM t GROUP BY 1",
        "SELECT max(r) FROM (SELECT row_number() OVER (PARTITION BY k % 100 ORDER BY v) r FROM t)",
    };

    private DuckDb() {
    }

    public static void main(String[] arguments) throws Exception {
        Schedule schedule = new Schedule(Integer.parseInt(arguments[0]));
        Random random = new Random(13);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET memory_limit = '1GB'");
            statement.execute("CREATE TABLE t AS SELECT range AS id, range * 7919 % 500000 AS k,"
                    + " random() AS v, 'text ' || (range * 31 % 100000) AS s FROM range(5000000)");
            do {
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    String query = QUERIES[random.nextInt(QUERIES.length)];
                    try (ResultSet rows = statement.executeQuery(query)) {
                        rows.next();
                    }
                }
            } while (schedule.sleep(2000 + random.nextInt(10000)));
        }
    }
}
