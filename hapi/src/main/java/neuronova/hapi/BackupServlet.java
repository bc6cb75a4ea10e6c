package neuronova.hapi;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.sql.DataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * POST /backup writes the whole store into backup.zip in the data directory, while requests go on.
 *
 * <p>The file is consistent: H2's BACKUP takes the transaction log along. Nothing of it is sent to the caller.
 */
final class BackupServlet extends HttpServlet {

    private static final Logger LOG = LoggerFactory.getLogger(BackupServlet.class);
    private static final Path FILE = Settings.DATA.resolve("backup.zip");

    private final transient DataSource store;

    BackupServlet(DataSource store) {
        this.store = store;
    }

    @Override
    protected synchronized void doPost(HttpServletRequest request, HttpServletResponse response) {
        if (!Settings.onH2File()) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return;
        }
        try (Connection connection = store.getConnection();
                PreparedStatement backup = connection.prepareStatement("BACKUP TO ?")) {
            backup.setString(1, FILE.toString());
            backup.execute();
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } catch (SQLException e) {
            LOG.error("backup failed, SQL state {}", e.getSQLState());
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        }
    }
}
