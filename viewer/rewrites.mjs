// What is left out of OHIF's files and what is changed in them; tied to the pinned version.

/** Paths below OHIF's dist, as regular expressions; each must match something. */
export const DROPPED = [
  /^ort(\/|$)/, // AI in the browser, 136 MB
  /^dicom-microscopy-viewer(\/|$)/,
  /^customizations(\/|$)/,
  /^assets\/(android|apple|firefox|mstile|yandex|coast|browserconfig|manifest)/,
  /^(sw|init-service-worker|google|oidc-client\.min|polyfill\.min|es6-shim\.min)\.js$/,
  /^silent-refresh\.html$/,
  /^(_headers|_redirects|serve\.json|manifest\.json)$/,
  /^(index\.html|app-config\.js)$/,
];

const DECODERS = /^8097\.bundle\.[0-9a-f]+\.js$/;

/** What a decoder's glue code (Emscripten's embind) writes as text and compiles, as plain code: the
    policy forbids the compiling. Converts the arguments, calls, frees what was converted. */
const CALL = `function () {
  if (arguments.length !== argCount - 2) throwBindingError('function ' + humanName + ' called with ' + arguments.length + ' arguments, expected ' + (argCount - 2));
  const first = isClassMethodFunc ? 1 : 2;
  const freed = needsDestructorStack ? [] : null;
  const given = isClassMethodFunc ? [this, ...arguments] : arguments;
  const wired = Array.from(given, (value, at) => argTypes[first + at].toWireType(freed, value));
  const result = cppInvokerFunc(cppTargetFunc, ...wired);
  if (needsDestructorStack) runDestructors(freed);
  else wired.forEach((value, at) => argTypes[first + at].destructorFunction?.(value));
  return returns ? argTypes[0].fromWireType(result) : undefined;
}`;
/** The same for calls the other way: a value of JavaScript made, or a function called, from C++. */
const MAKE = `function (constructor, argTypes, args) {
  const values = Array.from({ length: argCount }, (_, at) => {
    const type = requireRegisteredType(HEAPU32[(argTypes >> 2) + at], 'parameter ' + at);
    const value = type.readValueFromPointer(args);
    args += type.argPackAdvance;
    return value;
  });
  return Emval.toHandle(new constructor(...values));
}`;
const CALL_BACK = `function (obj, func, destructorsRef, at) {
  const values = types.map(type => {
    const value = type.readValueFromPointer(at);
    at += type.argPackAdvance;
    return value;
  });
  if (kind === 0) values.unshift(obj);
  const result = kind === 1 ? new func(...values) : func.call(...values);
  return retType.isVoid ? undefined : emval_returnValue(retType, destructorsRef, result);
}`;
const NAMED = 'Object.defineProperty(function () { return body.apply(this, arguments); }, "name", { value: name })';

/** `find` occurs `times` times in the files whose name matches `files`. */
export const REWRITES = [
  {
    // Scripts, workers and wasm are found beside the file that asks for them.
    files: /\.js$/,
    find: '__webpack_require__.p = "/"',
    replace: '__webpack_require__.p = self.PUBLIC_URL || new URL("./", self.location).pathname',
    times: 8,
  },
  {
    files: /\.css$/,
    find: 'url(/a34f9d1faa5f3315.woff2)',
    replace: 'url(a34f9d1faa5f3315.woff2)',
    times: 5,
  },
  {
    // Our mode is the only one, so that it can have the route /ohif/viewer.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'pluginImports_modes.push(',
    replace: 'void (',
    times: 7,
  },
  {
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'pluginImports_extensions.push("@ohif/extension-ultrasound-pleura-bline");',
    replace: '',
    times: 1,
  },
  {
    // The name of the record, not that of the files: 김민준, not "Kim, Minjun".
    files: /^89\.bundle\.[0-9a-f]+\.js$/,
    find: 'PatientName: instance.PatientName ? formatPN(instance.PatientName) : null,',
    replace:
      'PatientName: self.cdssPatientName || (instance.PatientName ? formatPN(instance.PatientName) : null),',
    times: 1,
  },
  {
    // A token in the address would be somebody else's session, and land in logs.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: "const token = lowerCaseSearchParams.get('token');",
    replace: 'const token = null;',
    times: 1,
  },
  {
    // The language chosen in the web application, on the page before OHIF starts; no other memory.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: "order: ['querystring', 'cookie', 'localStorage', 'navigator', 'htmlTag', 'path', 'subdomain']",
    replace: "order: ['htmlTag']",
    times: 1,
  },
  {
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: "caches: ['localStorage', 'cookie']",
    replace: 'caches: []',
    times: 1,
  },
  {
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'resources: src_locales,',
    replace: 'resources: self.cdssLocales(src_locales),',
    times: 1,
  },
  {
    files: /^89\.bundle\.[0-9a-f]+\.js$/, // the choice of a language in OHIF's preferences
    find: 'className: "mb-3 flex items-center space-x-14"',
    replace: 'className: "hidden"',
    times: 1,
  },
  {
    files: /^89\.bundle\.[0-9a-f]+\.js$/,
    find: 'languageValue: defaultLanguage.value,',
    replace: 'languageValue: currentLanguage.value,',
    times: 1,
  },
  {
    // An image whose connection broke is asked for again; OHIF would leave it black. In a volume:
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: `const loadPromise = internal_xhrRequest(url, imageId, headers);
    const { xhr } = loadPromise;
    return loadPromise.then(`,
    replace: `let xhr;
    return self.cdssAgain(() => {
        const loadPromise = internal_xhrRequest(url, imageId, headers);
        ({ xhr } = loadPromise);
        return loadPromise;
    }).then(`,
    times: 1,
  },
  {
    // In a stack, as a stream, which begins anew: the next answer has a boundary of its own.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'loadIterator.generate(async (iterator, reject) => {',
    replace: `loadIterator.generate((iterator, reject) => self.cdssAgain(async () => {
        for (const known of ['tokenIndex', 'boundary', 'responseHeaders', 'multipartContentType'])
            delete streamingData[known];`,
    times: 1,
  },
  {
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: "throw new Error(`Couldn't retrieve ${url} got status ${response.status}`);",
    replace:
      "throw Object.assign(new Error(`Couldn't retrieve ${url} got status ${response.status}`), { status: response.status });",
    times: 1,
  },
  {
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: `            errorInterceptor(err);
            console.error(err);
            reject(err);
        }
    });
    return loadIterator.getNextPromise();`,
    replace: `            throw err;
        }
    }).catch(err => {
        errorInterceptor(err);
        console.error(err);
        reject(err);
    }));
    return loadIterator.getNextPromise();`,
    times: 1,
  },
  {
    // Measurements are saved in our panel, and only there.
    files: /^89\.bundle\.[0-9a-f]+\.js$/,
    find: 'const disabled = !items?.length;',
    replace: 'const disabled = true;',
    times: 1,
  },
  {
    // The middle tab of the list of studies: those before this one.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'return oldestPrimaryTimeStamp - studyTimeStamp < recentTimeframeMS;',
    replace: 'return studyTimeStamp < oldestPrimaryTimeStamp;',
    times: 1,
  },
  {
    // A dialog that a menu opened, closed before the menu has faded: the page would stay dead.
    files: /^app\.bundle\.[0-9a-f]+\.js$/,
    find: 'context.layersWithOutsidePointerEventsDisabled.delete(node);',
    replace: `context.layersWithOutsidePointerEventsDisabled.delete(node);
        if (!context.layersWithOutsidePointerEventsDisabled.size)
          ownerDocument.body.style.pointerEvents = originalBodyPointerEvents ?? "";`,
    times: 1,
  },
  {
    files: DECODERS, // JPEG and JPEG-LS
    find: 'return new Function("body","return function "+name+"() {\\n"+\'    "use strict";\'+"    return body.apply(this, arguments);\\n"+"};\\n")(body)',
    replace: `return ${NAMED}`,
    times: 2,
  },
  {
    files: DECODERS, // JPEG and JPEG-LS
    find: 'var invokerFunction=new_(Function,args1).apply(null,args2);return invokerFunction',
    replace: `return ${CALL}`,
    times: 2,
  },
  {
    files: DECODERS, // JPEG and JPEG-LS
    find: 'new Function("requireRegisteredType","Module","valueToHandle","getMemory",functionBody)(requireRegisteredType,Module,Emval.toHandle,getMemory)',
    replace: MAKE,
    times: 2,
  },
  {
    files: DECODERS, // JPEG 2000
    find: 'newFunc(Function,params)(...args)',
    replace: CALL_BACK,
    times: 1,
  },
  {
    files: DECODERS, // JPEG 2000
    find: 'newFunc(Function,args)(...closureArgs)',
    replace: CALL,
    times: 1,
  },
  {
    files: DECODERS, // HTJ2K
    find: `return new Function(
          "body",
          "return function " + name + "() {\\n" +
          "    \\"use strict\\";" +
          "    return body.apply(this, arguments);\\n" +
          "};\\n"
      )(body);`,
    replace: `return ${NAMED};`,
    times: 1,
  },
  {
    files: DECODERS, // HTJ2K
    find: 'new_(Function, args1).apply(null, args2)',
    replace: CALL,
    times: 1,
  },
];

/** Chunks that every start needs, by number: asked for at once instead of one after the other. */
export const PRELOADED = [1673, 6938, 6489, 6495, 8478, 89, 9383, 7248, 6749];

/**
 * The page. Our extension runs before OHIF, so that who is there and what is to be shown is asked
 * for while OHIF is still being read. No inline script, so that the policy can forbid them.
 *
 * @param {string} base
 * @param {string} bundle
 * @param {string[]} chunks
 * @param {string[]} modules
 */
export function page(base, bundle, chunks, modules) {
  const preload = chunks.map(name => `<link rel="preload" as="script" href="${base}${name}">`);
  const modulepreload = modules.map(name => `<link rel="modulepreload" href="${base}${name}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="theme-color" content="#000000">
<title>NeuroNova Viewer</title>
<link rel="icon" href="${base}assets/favicon.ico">
<script src="${base}app-config.js"></script>
<script type="module" src="${base}extension/index.js"></script>
<script defer src="${base}${bundle}"></script>
<link rel="stylesheet" href="${base}app.bundle.css">
<link rel="modulepreload" href="/session.js">
${[...preload, ...modulepreload].join('\n')}
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
<div id="react-portal"></div>
<div id="root"></div>
</body>
</html>
`;
}
