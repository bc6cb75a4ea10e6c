package neuronova.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.validation.JpaValidationSupportChain;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import jakarta.servlet.DispatcherType;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import javax.sql.DataSource;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;

/**
 * Serves FHIR R4 at http://$HAPI_BIND:$HAPI_PORT/fhir to whoever holds $HAPI_TOKEN.
 *
 * <p>Ready when /fhir/metadata answers 200. SIGTERM lets running requests end, then closes the database. With
 * --stop-when-ready it ends as soon as it is ready: the build writes the archive of loaded classes so.
 */
public final class Main {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] args) {
        try {
            start();
            if (List.of(args).contains("--stop-when-ready")) {
                System.exit(0);
            }
        } catch (Exception e) {
            LOG.error("start failed: {}", e.toString());
            System.exit(1); // HAPI's scheduler threads would keep the process alive
        }
    }

    private static void start() throws Exception {
        String token = Settings.required("HAPI_TOKEN");
        if (Settings.onH2File()) {
            Files.createDirectories(Settings.DATA);
        }
        var spring = new AnnotationConfigApplicationContext(JpaServerConfig.class);
        UniqueIdentifiers.ensure(spring.getBean(DaoRegistry.class), spring.getBean(ISearchParamRegistry.class));
        YoungerCodes.add(spring.getBean(JpaValidationSupportChain.class), spring.getBean(FhirContext.class));
        Server jetty = jetty(spring, token);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(jetty, spring), "shutdown"));
        jetty.start();
        LOG.info("ready on {}:{}", Settings.BIND, Settings.PORT);
    }

    private static Server jetty(AnnotationConfigApplicationContext spring, String token) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(64 * 1024); // long search URLs
        var server = new Server(new QueuedThreadPool(32, 4));
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(Settings.BIND);
        connector.setPort(Settings.PORT);
        server.addConnector(connector);
        var servlet = new ServletHolder("fhir", spring.getBean(RestfulServer.class));
        servlet.setInitOrder(1);
        var context = new ServletContextHandler("/");
        context.addFilter(
                new FilterHolder(new BearerTokenFilter(token)), "/*", EnumSet.allOf(DispatcherType.class));
        context.addServlet(servlet, "/fhir/*");
        context.addServlet(new ServletHolder("backup", new BackupServlet(spring.getBean(DataSource.class))), "/backup");
        server.setHandler(new GracefulHandler(context));
        server.setStopTimeout(15_000);
        return server;
    }

    private static void stop(Server jetty, AnnotationConfigApplicationContext spring) {
        LOG.info("stopping");
        try {
            jetty.stop();
        } catch (Exception e) {
            LOG.warn("Jetty did not stop cleanly: {}", e.toString());
        }
        spring.close();
        LOG.info("stopped");
    }
}
