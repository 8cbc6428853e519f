# What is installed, and the packages that CPack makes of it: ./dev package. CMAKE_INSTALL_LIBDIR is the library's directory.
include(GNUInstallDirs)
find_program(TRIM_GZIP gzip REQUIRED)
find_program(TRIM_AWK awk REQUIRED)
set(packaging ${CMAKE_CURRENT_LIST_DIR})
set(packaged ${CMAKE_CURRENT_BINARY_DIR}/package)
option(TRIM_DEBIAN_LAYOUT "Install the documents the way Debian's policy wants them" OFF)

# The man page takes its table of options from docs/OPTIONS.md, which a test holds to the code.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS docs/OPTIONS.md ${packaging}/options.awk)
execute_process(COMMAND ${TRIM_AWK} -f ${packaging}/options.awk ${CMAKE_SOURCE_DIR}/docs/OPTIONS.md
                OUTPUT_VARIABLE TRIM_OPTIONS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
configure_file(${packaging}/libtrimagent.7.in ${packaged}/libtrimagent.7 @ONLY)
string(TIMESTAMP TRIM_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)

# Writes NAME.gz beside NAME, without the time in it.
function(compress name)
  execute_process(COMMAND ${TRIM_GZIP} -9 -n -c ${name} OUTPUT_FILE ${name}.gz COMMAND_ERROR_IS_FATAL ANY)
endfunction()
compress(${packaged}/libtrimagent.7)
configure_file(${packaging}/trimctl.1.in ${packaged}/trimctl.1 @ONLY)
compress(${packaged}/trimctl.1)

# Debian's libraries are not executable, those of the others are.
if(TRIM_DEBIAN_LAYOUT)
  set(executable "")
else()
  set(executable OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
endif()
install(TARGETS trimagent LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ ${executable})
install(TARGETS trimctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${packaged}/libtrimagent.7.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${packaged}/trimctl.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What README links to, beside it as in the repository.
file(GLOB documents CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.md ${CMAKE_SOURCE_DIR}/docs/*.svg)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
if(TRIM_DEBIAN_LAYOUT)
  configure_file(${packaging}/changelog.in ${packaged}/changelog.Debian @ONLY)
  configure_file(CHANGELOG.md ${packaged}/changelog COPYONLY)
  compress(${packaged}/changelog)
  compress(${packaged}/changelog.Debian)
  install(FILES ${packaged}/changelog.Debian.gz ${packaged}/changelog.gz ${packaging}/copyright
          DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES ${packaging}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME trimagent)
else()
  install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/trimagent)
endif()

set(CPACK_PACKAGE_NAME trimagent)
set(CPACK_PACKAGE_VENDOR trimagent)
set(CPACK_PACKAGE_CONTACT "trimagent's maintainers <maintainers@trimagent.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "gives a JVM's freed native memory back to the system")
set(CPACK_PACKAGE_DESCRIPTION
    "A JVM that reloads models, redeploys web applications or churns native
memory keeps what it has freed in the arenas of malloc. This native JVMTI
agent gives those pages back, when that pays, and says what it did. It knows
glibc's malloc, jemalloc, tcmalloc and mimalloc.")
set(CPACK_STRIP_FILES ON)
# The tarball's; the others' names are their systems' own.
set(CPACK_PACKAGE_FILE_NAME trimagent-${PROJECT_VERSION}-Linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_CHECKSUM SHA256)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION java)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# Built here it would ask for this Debian's C library, but a test holds it to functions of 2.17.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.17)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/triggers)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "default-jre-headless | java-runtime-headless")

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_PACKAGE_SUMMARY "Gives a JVM's freed native memory back to the system")
set(CPACK_RPM_PACKAGE_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
# Directories that belong to other packages.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/bin /usr/share/man /usr/share/man/man1 /usr/share/man/man7 /usr/share/doc /usr/share/licenses /usr/${CMAKE_INSTALL_LIBDIR})
include(CPack)
