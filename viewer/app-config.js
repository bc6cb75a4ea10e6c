// OHIF's configuration. Everything it needs lies beside this file.
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const base = new URL('.', script.src).pathname;
  window.PUBLIC_URL = base;
  window.browserImportFunction = address => import(address);
  window.config = {
    routerBasename: '/ohif/',
    showStudyList: false,
    showPatientInfo: 'visible',
    activateViewportBeforeInteraction: false,
    extensions: [`${base}extension/index.js`],
    modes: [`${base}mode/index.js`],
    customizationService: {},
    maxNumberOfWebWorkers: 2,
    // More than a browser sends at once: the line stays full while answers are decoded.
    maxNumRequests: { prefetch: 12 },
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    investigationalUseDialog: { option: 'never' },
    defaultDataSourceName: 'ris',
    dataSources: [
      {
        namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
        sourceName: 'ris',
        configuration: {
          friendlyName: 'NeuroNova',
          name: 'ris',
          qidoRoot: '/api/ris/dicom-web',
          wadoRoot: '/api/ris/dicom-web',
          qidoSupportsIncludeField: false,
          supportsFuzzyMatching: false,
          supportsWildcard: true,
          imageRendering: 'wadors',
          thumbnailRendering: 'wadors',
          enableStudyLazyLoad: true,
          bulkDataURI: { enabled: true, relativeResolution: 'studies' },
          omitQuotationForMultipartRequest: true,
        },
      },
    ],
    /** @param {{ status?: number } | undefined} error */
    httpErrorHandler: error => {
      window.dispatchEvent(new CustomEvent('cdss-http-error', { detail: error?.status ?? 0 }));
    },
  };
})();
