package programs;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;

/**
 * A store on RocksDB: a column family is loaded, read at random through a block cache, scanned past
 * the cache, compacted and dropped, and the next one begins; the data base is closed and opened
 * again at times. Argument: seconds.
 */
public final class RocksDb {
    private static final long CACHE_BYTES = 160L << 20;
    private static final int VALUE_BYTES = 1000;
    private static final int READS = 60_000;
    private static final int OPENED_FOR = 2; // Column families.

    private final Random random = new Random(11);
    private final byte[] value = new byte[VALUE_BYTES];

    private RocksDb() {
    }

    public static void main(String[] arguments) throws Exception {
        Schedule schedule = new Schedule(Integer.parseInt(arguments[0]));
        RocksDB.loadLibrary();
        Path directory = Files.createTempDirectory(Path.of("."), "rocksdb");
        RocksDb store = new RocksDb();
        boolean more = true;
        while (more) {
            try (Cache cache = new LRUCache(CACHE_BYTES);
                    Options options = new Options().setCreateIfMissing(true);
                    RocksDB db = RocksDB.open(options, directory.toString());
                    ColumnFamilyOptions family = new ColumnFamilyOptions().setTableFormatConfig(
                            new BlockBasedTableConfig().setBlockCache(cache))) {
                for (int i = 0; i < OPENED_FOR && more; i++) {
                    more = store.live(db, family, schedule);
                }
            }
            more = more && schedule.sleep(3000);
        }
        try (Options options = new Options()) {
            RocksDB.destroyDB(directory.toString(), options);
        }
        Files.deleteIfExists(directory);
    }

    /** From its loading to its drop. */
    private boolean live(RocksDB db, ColumnFamilyOptions options, Schedule schedule)
            throws Exception {
        int keys = 150_000 + random.nextInt(150_000);
        boolean more;
        try (ColumnFamilyHandle family =
                db.createColumnFamily(new ColumnFamilyDescriptor("f".getBytes(), options))) {
            for (int i = 0; i < keys; i++) {
                random.nextBytes(value);
                db.put(family, key(random.nextInt(keys)), value);
            }
            more = schedule.sleep(4000);
            for (int pass = 0; pass < 5 && more; pass++) {
                for (int i = 0; i < READS; i++) {
                    db.get(family, key(random.nextInt(keys)));
                }
                more = schedule.sleep(2000);
            }
            scan(db, family);
            db.compactRange(family);
            more = more && schedule.sleep(5000);
            db.dropColumnFamily(family);
        }
        return more && schedule.sleep(5000);
    }

    private static void scan(RocksDB db, ColumnFamilyHandle family) {
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator iterator = db.newIterator(family, options)) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                iterator.value();
            }
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
