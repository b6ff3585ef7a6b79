#!/bin/sh
# Liquibase: the comments inside of a dollar-quoted string are stripped from formatted SQL, so that another text is stored
# than was written. A string in apostrophes keeps them, and so does a changeset with `stripComments:false`.
#
# Liquibase 4.33.0, by its Maven plugin, which writes the SQL that it would run. A view's or a function's text in such
# quotes loses its comments; one that is compared with its source later is not the same.
#
#> INSERT INTO queries VALUES ($q$SELECT customer_id  FROM orders$q$);
#> INSERT INTO queries VALUES ('SELECT customer_id /* whose */ FROM orders');
#> INSERT INTO queries VALUES ($q$SELECT customer_id /* whose, kept */ FROM orders$q$);

. "$(dirname "$0")/lib/finding.sh"

cat > pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <build>
    <plugins>
      <plugin>
        <groupId>org.liquibase</groupId>
        <artifactId>liquibase-maven-plugin</artifactId>
        <version>4.33.0</version>
        <configuration>
          <url>offline:postgresql?changeLogFile=history.csv</url>
          <changeLogFile>changes.sql</changeLogFile>
          <migrationSqlOutputFile>written.sql</migrationSqlOutputFile>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
XML
cat > changes.sql <<'SQL'
--liquibase formatted sql
--changeset me:1
INSERT INTO queries VALUES ($q$SELECT customer_id /* whose */ FROM orders$q$);
INSERT INTO queries VALUES ('SELECT customer_id /* whose */ FROM orders');
--changeset me:2 stripComments:false
INSERT INTO queries VALUES ($q$SELECT customer_id /* whose, kept */ FROM orders$q$);
SQL
mvn --quiet --batch-mode liquibase:updateSQL > maven.txt 2>&1 || { cat maven.txt >&2; exit 2; }
echo "Liquibase 4.33.0"
observe grep INSERT written.sql
