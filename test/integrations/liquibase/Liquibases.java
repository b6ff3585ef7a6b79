import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.resource.DirectoryResourceAccessor;
import java.nio.file.Path;
import java.util.Arrays;

/** Liquibase as its API is called, with its defaults: JDBC URL, folder with changelog.yaml, commands. */
public class Liquibases {
  public static void main(String[] args) throws Exception {
    var files = new DirectoryResourceAccessor(Path.of(args[1]));
    Scope.child(
        Scope.Attr.resourceAccessor,
        files,
        () -> {
          for (String command : Arrays.copyOfRange(args, 2, args.length)) {
            CommandScope scope =
                new CommandScope(command)
                    .addArgumentValue("url", args[0])
                    .addArgumentValue("username", "postgres")
                    .addArgumentValue("password", "")
                    .addArgumentValue("changelogFile", "changelog.yaml")
                    .setOutput(System.out);
            if (command.equals("rollbackCount")) scope.addArgumentValue("count", 1);
            scope.execute();
          }
        });
  }
}
