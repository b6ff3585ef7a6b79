import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/** Flyway as its API is called, with its defaults: JDBC URL, folder of migrations, commands. */
public class Flyways {
  public static void main(String[] args) {
    Flyway flyway =
        Flyway.configure().dataSource(args[0], "postgres", "").locations("filesystem:" + args[1]).load();
    for (String command : Arrays.copyOfRange(args, 2, args.length)) {
      switch (command) {
        case "migrate" -> System.out.println("executed " + flyway.migrate().migrationsExecuted);
        case "validate" -> flyway.validate();
        case "info" -> {
          for (MigrationInfo each : flyway.info().all()) {
            System.out.println(each.getPhysicalLocation() + " " + each.getState());
          }
        }
        default -> throw new IllegalArgumentException(command);
      }
    }
  }
}
