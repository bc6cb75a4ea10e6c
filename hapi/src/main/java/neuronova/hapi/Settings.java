package neuronova.hapi;

import java.nio.file.Path;

/** The process environment, read once. A blank variable counts as not set. */
final class Settings {

    static final String BIND = env("HAPI_BIND", "127.0.0.1");
    static final int PORT = Integer.parseInt(env("HAPI_PORT", "8083"));
    static final Path DATA = Path.of(env("HAPI_DATA_DIR", "data")).toAbsolutePath();

    /**
     * DB_CLOSE_ON_EXIT=FALSE: our shutdown hook closes the database; H2's own would run at the same time.
     * WRITE_DELAY=0: with H2's default of 500 ms a killed process loses writes it already answered with 201.
     */
    static final String JDBC_URL =
            env("HAPI_JDBC_URL", "jdbc:h2:file:" + DATA + "/fhir;DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0");

    private Settings() {}

    static String env(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    static String required(String name) {
        String value = env(name, "");
        if (value.isEmpty()) {
            throw new IllegalStateException(name + " must be set");
        }
        return value;
    }

    static boolean onH2File() {
        return JDBC_URL.startsWith("jdbc:h2:file:");
    }

    static String dialect() {
        if (JDBC_URL.startsWith("jdbc:h2:")) {
            return "H2";
        }
        if (JDBC_URL.startsWith("jdbc:postgresql:")) {
            return "Postgres";
        }
        throw new IllegalStateException("HAPI_JDBC_URL: only jdbc:h2: and jdbc:postgresql: are supported");
    }
}
