package programs;

import java.util.Random;
import org.apache.spark.sql.SparkSession;

/**
 * Reports on Spark in one process, with its memory for execution outside the Java heap: joins,
 * aggregations and sorts, a few queries in a row and then a pause of 2 to 12 s. Argument: seconds.
 */
public final class Spark {
    private static final String[] QUERIES = {
        "SELECT k, count(*), sum(v), max(s) FROM t GROUP BY k ORDER BY 3 DESC LIMIT 10",
        "SELECT max(s), max(r) FROM (SELECT s, row_number() OVER (PARTITION BY p ORDER BY v) r"
                + " FROM t)",
        "SELECT count(*), sum(a.v) FROM t a JOIN t b ON a.k = b.id WHERE b.v < 0.5",
        "SELECT p, percentile_approx(v, 0.9), count(DISTINCT s) FROM t GROUP BY p",
    };

    private Spark() {
    }

    public static void main(String[] arguments) throws Exception {
        long endNs = System.nanoTime() + Integer.parseInt(arguments[0]) * 1_000_000_000L;
        Random random = new Random(17);
        try (SparkSession spark = SparkSession.builder().master("local[2]").appName("reports")
                .config("spark.ui.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.warehouse.dir", "spark")
                .config("spark.sql.shuffle.partitions", 4)
                .config("spark.sql.autoBroadcastJoinThreshold", -1)
                .config("spark.memory.offHeap.enabled", true)
                .config("spark.memory.offHeap.size", "600m")
                .getOrCreate()) {
            spark.sparkContext().setLogLevel("ERROR");
            spark.range(0, 2_000_000, 1, 4).selectExpr("id", "id * 7919 % 500000 AS k",
                    "id % 20 AS p", "rand(1) AS v", "concat('text ', id * 31 % 100000) AS s")
                    .createOrReplaceTempView("t");
            while (System.nanoTime() < endNs) {
                for (int i = 1 + random.nextInt(2); i > 0; i--) {
                    spark.sql(QUERIES[random.nextInt(QUERIES.length)]).collectAsList();
                }
                Thread.sleep(2000 + random.nextInt(10000));
            }
        }
    }
}
