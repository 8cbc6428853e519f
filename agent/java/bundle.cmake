# Compiles the classes, and makes one file of them for the library: deflated, because their names are most of them.
# cmake -DJAVAC=... -DGZIP=... -DSOURCES=<directory> -DOUT=<directory> -DCLASSES=<names> -P bundle.cmake
set(sources ${CLASSES})
list(TRANSFORM sources PREPEND ${SOURCES}/trimagent/)
list(TRANSFORM sources APPEND .java)
file(REMOVE_RECURSE ${OUT}/trimagent)
file(MAKE_DIRECTORY ${OUT})
# Java 8 code, which the agent runs beside too. Its own --release knows no jdk.jfr, so the compiler's API serves.
execute_process(COMMAND ${JAVAC} -source 8 -target 8 -g:none -Xlint:all -Xlint:-options -Werror -d ${OUT} ${sources}
                COMMAND_ERROR_IS_FATAL ANY)
set(sizes "")
set(files "")
foreach(class ${CLASSES})
  file(SIZE ${OUT}/trimagent/${class}.class size)
  list(APPEND sizes ${size})
  list(APPEND files ${OUT}/trimagent/${class}.class)
endforeach()
list(JOIN sizes ", " sizes)
file(WRITE ${OUT}/java_class_sizes.h "#define TRIM_JAVA_CLASS_SIZES ${sizes}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${files} OUTPUT_FILE ${OUT}/classes COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${GZIP} -9 -n -c ${OUT}/classes OUTPUT_FILE ${OUT}/classes.gz COMMAND_ERROR_IS_FATAL ANY)
