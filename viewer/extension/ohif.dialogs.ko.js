// OHIF's dialogs in Korean, by the English that it writes; see ohif.ko.js.

/** @type {Record<string, string>} */
export const dialogs = {
  // menu of the page
  About: '정보',
  'About OHIF Viewer': 'OHIF 뷰어 정보',
  'OHIF Viewer': 'OHIF 뷰어',
  Preferences: '설정',
  'User Preferences': '사용자 설정',
  Hotkeys: '단축키',
  'Press keys...': '키를 누르세요…',
  'Modifier Keys': '보조 키',
  'Left Click +': '왼쪽 클릭 +',
  'Reset to Defaults': '기본값으로 되돌리기',
  'Version Information': '버전 정보',
  'Version number': '버전',
  'Build Number': '빌드',
  'Commit hash': '커밋',
  'Commit Hash': '커밋',
  'Current Browser & OS': '브라우저와 운영체제',
  Browser: '브라우저',
  OS: '운영체제',
  Name: '이름',
  Value: '값',
  'Important links': '관련 링크',
  'More details': '자세히',
  'Report an issue': '문제 신고',
  'Report Issue': '문제 신고',
  'Visit the forum': '포럼',
  'Learn more about OHIF Viewer': 'OHIF 뷰어 자세히 보기',
  'Field can\'t be empty': '키를 입력해 주세요',
  '"{{action}}" is already using the  "{{pressedKeys}}" shortcut.':
    '단축키 "{{pressedKeys}}"은(는) "{{action}}"에서 사용 중입니다.',
  '{{pressedKeys}} shortcut combination is not allowed': '{{pressedKeys}}: 사용할 수 없는 단축키입니다',
  'It\'s not possible to define only modifier keys (ctrl, alt and shift) as a shortcut':
    'Ctrl, Alt, Shift만으로는 단축키를 지정할 수 없습니다',

  // picture of the screen
  'Download High Quality Image': '화면 저장',
  'Download Image': '영상 저장',
  'Image cannot be downloaded': '영상을 저장할 수 없습니다',
  'Copy Image': '영상 복사',
  'Copy to Clipboard': '영상 복사',
  'Save Image': '영상 저장',
  'File name': '파일 이름',
  'File type': '파일 형식',
  'Image size': '영상 크기',
  'Image size in pixels': '영상 크기(픽셀)',
  Width: '너비',
  Height: '높이',
  'Include annotations': '계측과 주석 포함',
  'Include warning message': '경고 문구 포함',
  'Warning message': '경고 문구',
  'Not For Diagnostic Use': '진단용이 아님',
  'Image copied to clipboard': '영상을 클립보드에 복사했습니다',
  'Failed to copy image to clipboard': '영상을 클립보드에 복사하지 못했습니다',
  Copied: '복사했습니다',
  'Failed to copy': '복사하지 못했습니다',

  // DICOM tags
  'Search metadata...': '태그 검색',
  'Search metadata': '태그 검색',
  'Search...': '검색',
  Tag: '태그',
  Keyword: '키워드',

  // cine
  FPS: '프레임/초',
  fps: '프레임/초',
  'Skip to first $t(Common:Image)': '첫 $t(Common:Image)으로',
  'Skip to last $t(Common:Image)': '마지막 $t(Common:Image)으로',

  // what went wrong
  'Something went wrong': '오류가 발생했습니다',
  'Sorry, something went wrong there. Try again.': '오류가 발생했습니다. 다시 시도해 주세요.',
  'Show Details': '자세히 보기',
  'Stack Trace': '오류 위치',
  'Error Message': '오류 내용',
  Context: '상황',
  'Copy error': '오류 복사',
  'Error copied to clipboard': '오류를 클립보드에 복사했습니다',
  'Error loading displaySet': '시리즈를 불러오지 못했습니다',
  'Error while setting hotkeys': '단축키를 설정하지 못했습니다',
  'Hotkeys Manager': '단축키',
  'OHIF Fell Back to CPU Rendering': '그래픽 가속을 사용할 수 없어 느린 방식으로 표시합니다',

  // names of keys
  'Up Arrow': '↑',
  'Down Arrow': '↓',
  'Left Arrow': '←',
  'Right Arrow': '→',
};
